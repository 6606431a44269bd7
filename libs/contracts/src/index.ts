export {
  isCommand,
  type Command,
  type CommandInput,
  type CommandResult,
  type HandlerInput,
  type HandlerResult,
  type OperationDefinition,
  type Remote,
} from './command.js';
export {
  cueCommand,
  demandEvent,
  HEARD,
  heardEvent,
  event,
  isCueEvent,
  type CueEvent,
  type EventPayload,
  type HandledEvent,
} from './cue-event.js';
export { contract, type Contract, type ContractErrors } from './contract.js';
export type { ContractError, ContractErrorClass } from './contract-error.js';
export { declaredErrorClass, type ErrorClass } from './declared-error-class.js';
export { declaredErrors } from './declared-errors.js';
export type { Handlers } from './handlers.js';
export { DECLARED_ERROR_METADATA, PARTICIPANT_RPC } from './participant-rpc.js';
export { heardInquiry, inquiryCommand, type DeliveryInquiry } from './delivery-inquiry.js';
export { framingProblem } from './framing-problem.js';
export { forTheWire, readReply } from './reply-wire.js';
export { ENVELOPE_KEY, INPUT_KEY, readRequest, wrapRequest, type WireRequest } from './request-wire.js';
export {
  JSON_VALUES,
  NAMESPACE,
  TRANSPORT_CAPABILITIES,
  type TransportCapabilities,
} from './transport-capabilities.js';
export { Seal, sharedKeyMistake, type AnsweredRequest, type Hmac } from './seal.js';
export { isSchema, validateWith, type Validated } from './validate-with.js';

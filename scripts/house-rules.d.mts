export interface House {
  readonly files: ReadonlyMap<string, string>;
  readonly visible: Readonly<Record<string, readonly string[]>>;
}
export const AMBIENT: Readonly<Record<string, readonly string[]>>;
export const SUBPATHS: Readonly<Record<string, string>>;
export function readHouse(root: string): House;
export function houseProblems(house: House): string[];

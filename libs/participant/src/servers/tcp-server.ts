import { ServerTCP } from '@nestjs/microservices';
import type { ServerRecipe } from './server-recipe.js';

/** As Nest makes it: there is no broker that could be away. */
export const tcpServer: ServerRecipe = ({ options }) => new ServerTCP(options);

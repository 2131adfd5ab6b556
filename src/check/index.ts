export { checkCard } from './checkCard.ts';

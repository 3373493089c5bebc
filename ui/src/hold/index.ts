export { HoldBanner } from "./HoldBanner";
export { holdsOf } from "./hold";
export { PauseButton } from "./PauseButton";
export { words as holdWords } from "./words";

export { MainCard } from "./MainCard";
export { RevertButton, RevertLine } from "./Reverting";
export { MeetsList, useMeets } from "./MeetsList";
export { words as mainWords } from "./words";

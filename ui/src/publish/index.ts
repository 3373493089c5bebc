// What other rooms need of publishing.

export { PublishBranch, PublishPart } from "./PublishPart";
export { mayPublish, PublishButtons, useMayPublish } from "./PublishButtons";
export { PublishHost } from "./PublishSheet";
export { PublishRow } from "./PublishRow";
export { openPublish } from "./wish";
export { words as publishWords } from "./words";

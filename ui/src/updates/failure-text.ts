// What a failure's code means to a person. A code of a newer shell is told in the shell's own words.

import type { Failure } from "./seen";
import { words } from "./words";

const TEXT: Readonly<Record<string, string>> = {
  "update.unreachable": words.unreachable,
  "update.server": words.server,
  "update.garbled": words.garbled,
  "update.no_build": words.noBuild,
  "update.signature": words.signature,
  "update.signed_version": words.signedVersion,
  "update.incomplete": words.incomplete,
  "update.too_large": words.tooLarge,
  "update.insecure": words.insecure,
  "update.endpoint": words.endpoint,
  "update.disk": words.disk,
  "update.not_a_package": words.notAPackage,
  "update.not_allowed": words.notAllowed,
  "update.cannot_write": words.cannotWrite,
  "update.not_packaged": words.notPackaged,
  "update.not_known": words.notKnown,
  "update.not_installed": words.notInstalled,
  "update.configuration": words.configuration,
  "update.not_now": words.notNow,
};

export function failureText(failure: Failure): string {
  return TEXT[failure.code] ?? failure.text;
}

// What a test waits for on a page comes in a moment, or much later where the machine does something else too.

import { configure } from "@testing-library/react";

configure({ asyncUtilTimeout: 20_000 });

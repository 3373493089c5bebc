// How it looks on this device.

import { useId, useState } from "react";
import { chooseDiffColours, chooseTheme, type DiffColours, type ThemeChoice, useDiffColours, useTheme } from "../app/theme";
import { Button, Choice } from "../components";
import { chooseLocale, chosenLocale, type Locale, offersPseudo } from "../words";
import { SectionHead, Setting } from "./Row";
import { chooseTextSize, textSize, type TextSize } from "./text-size";
import { words } from "./words";

export function Appearance() {
  const theme = useTheme();
  const diff = useDiffColours();
  const [size, setSize] = useState<TextSize>(textSize);
  const [language, setLanguage] = useState(chosenLocale);
  const [started] = useState(chosenLocale);
  const id = useId();
  return (
    <section>
      <SectionHead title={words.appearance} />
      <Setting name={words.theme} hint={words.themeHint}>
        <Choice<ThemeChoice>
          label={words.theme}
          value={theme}
          onChange={chooseTheme}
          options={[
            { value: "system", label: words.system },
            { value: "light", label: words.light },
            { value: "dark", label: words.dark },
            { value: "contrast", label: words.contrast },
          ]}
        />
      </Setting>
      <Setting name={words.diffColours} hint={words.diffColoursHint}>
        <Choice<DiffColours>
          label={words.diffColours}
          value={diff}
          onChange={chooseDiffColours}
          options={[
            { value: "usual", label: words.diffUsual },
            { value: "safe", label: words.diffSafe },
          ]}
        />
      </Setting>
      <div className="diff setdiff" aria-label={words.preview} role="img">
        <div className="dl d">
          <i>4</i>
          <i />
          <b>−</b>
          <span>
            <span className="ty">Duration</span>::<span className="fn">from_millis</span>(<mark className="nu">500</mark>);
          </span>
        </div>
        <div className="dl a">
          <i />
          <i>5</i>
          <b>+</b>
          <span>
            <span className="ty">Duration</span>::<span className="fn">from_millis</span>(<mark className="nu">50</mark>);
          </span>
        </div>
      </div>
      <Setting name={words.textSize} hint={words.textSizeHint}>
        <Choice<TextSize>
          label={words.textSize}
          value={size}
          onChange={(next) => {
            setSize(next);
            chooseTextSize(next);
          }}
          options={[
            { value: "small", label: words.sizeSmall },
            { value: "usual", label: words.sizeUsual },
            { value: "large", label: words.sizeLarge },
          ]}
        />
      </Setting>
      <Setting name={words.language} hint={words.languageHint} htmlFor={id}>
        <select
          id={id}
          className="input grow"
          value={language ?? "system"}
          onChange={(event) => {
            const next = event.target.value === "system" ? undefined : (event.target.value as Locale);
            setLanguage(next);
            chooseLocale(next);
          }}
        >
          <option value="system">{words.system}</option>
          <option value="en">{words.english}</option>
          <option value="de">{words.german}</option>
          {offersPseudo(import.meta.env.DEV) ? <option value="pseudo">{words.pseudo}</option> : null}
        </select>
        {language !== started ? <Button onClick={() => location.reload()}>{words.reload}</Button> : null}
      </Setting>
    </section>
  );
}

"""Drives one mini-swe-agent. Prints one line of JSON for each thing that happens, and asks before each command."""

import io
import os
from pathlib import Path


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        task = json.load(file)
    # It prints for people, at its import too.
    sys.stdout, lines = io.StringIO(), sys.stdout

    def tell(kind, **fields):
        print(json.dumps({"pilothouse": kind, **fields}), file=lines, flush=True)

    globals()["tell"] = tell
    try:
        from minisweagent.agents.default import DefaultAgent
        from minisweagent.config import get_config_from_spec
        from minisweagent.environments import get_environment
        from minisweagent.exceptions import Submitted
        from minisweagent.models import get_model
        from minisweagent.utils.serialize import recursive_merge

        config = recursive_merge(get_config_from_spec("mini.yaml"), task["config"])
        model = get_model(config=config.get("model", {}))
        environment = get_environment(config.get("environment", {}), default_type="local")
        settings = {**config.get("agent", {}), "output_path": Path(task["report"])}
        settings.pop("agent_class", None)
        DefaultAgent.execute_actions, DefaultAgent.query
    except (ImportError, AttributeError, KeyError, TypeError) as failure:
        tell("unfit", why=f"{type(failure).__name__}: {failure}"[:400])
        return

    line = Line()

    class Asking(DefaultAgent):
        def query(self):
            for said in line.messages():
                self.add_messages(self.model.format_message(role="user", content=said))
            message = super().query()
            words = message.get("content")
            if isinstance(words, str) and words.strip():
                tell("text", text=words)
            return message

        def execute_actions(self, message):
            outputs, submitted = [], None
            for action in message.get("extra", {}).get("actions", []):
                command = action.get("command", "")
                tell("tool", tool="bash", label=command)
                no = line.ask(command=command)
                if no is not None:
                    output = {"output": no, "returncode": 1, "exception_info": ""}
                else:
                    try:
                        output = self.env.execute(action)
                    except Submitted as end:
                        submitted = end
                        output = {"output": "It is submitted.", "returncode": 0, "exception_info": ""}
                outputs.append(output)
                code = output.get("returncode", 0)
                tell("result", tool="bash", failed=code != 0, code=code, text=str(output.get("output", ""))[:4000])
                if submitted:
                    break
            # What was said with its last words is heard before it is over.
            if submitted and line.said.empty():
                raise submitted
            seen = self.model.format_observation_messages(message, outputs, self.get_template_vars())
            return self.add_messages(*seen)

    tell("ready")
    try:
        Asking(model, environment, **settings).run(task["prompt"])
    except Exception as failure:  # its report says what it was
        print(f"{type(failure).__name__}: {failure}"[:4000], file=sys.stderr)
        tell("over")
        # Threads of its libraries could keep it.
        os._exit(1)
    tell("over")
    os._exit(0)


main()

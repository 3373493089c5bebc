"""Drives one OpenHands conversation. Prints one line of JSON for each thing that happens."""

import json
import os
import sys


def tell(kind, **fields):
    print(json.dumps({"pilothouse": kind, **fields}), flush=True)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        task = json.load(file)
    from openhands.sdk import LLM, Agent, Conversation, Tool
    from openhands.tools.file_editor import FileEditorTool
    from openhands.tools.terminal import TerminalTool
    from pydantic import SecretStr

    llm = LLM(
        usage_id="agent",
        model=task["model"],
        base_url=task["baseUrl"],
        api_key=SecretStr(task["key"]),
        num_retries=3,
        retry_min_wait=1,
        retry_max_wait=15,
    )
    agent = Agent(llm=llm, tools=[Tool(name=TerminalTool.name), Tool(name=FileEditorTool.name)])

    def seen(event):
        name = type(event).__name__
        if name == "ActionEvent":
            thought = " ".join(getattr(part, "text", "") for part in event.thought or [])
            if thought.strip():
                tell("text", text=thought)
            action = event.action
            label = getattr(action, "command", None) or getattr(action, "path", None) or ""
            tell("tool", tool=event.tool_name, label=str(label))
            if event.tool_name == "finish":
                tell("text", text=str(getattr(action, "message", "")))
        elif name == "ObservationEvent":
            observation = event.observation
            failed = bool(getattr(observation, "is_error", False))
            tell("result", tool=event.tool_name, failed=failed, text=str(getattr(observation, "text", ""))[:4000])
        elif name == "MessageEvent" and event.source == "agent":
            parts = event.llm_message.content
            tell("text", text=" ".join(getattr(part, "text", "") for part in parts))

    status, error = "error", ""
    try:
        talk = Conversation(
            agent=agent,
            workspace=os.getcwd(),
            callbacks=[seen],
            max_iteration_per_run=task["steps"],
            visualizer=None,
        )
        talk.send_message(task["prompt"])
        talk.run()
        state = talk.state.execution_status
        status = str(getattr(state, "value", state))
    except Exception as failure:  # whatever it is, the line below must be printed
        causes = []
        while failure is not None:
            causes.append(f"{type(failure).__name__}: {failure}")
            failure = failure.__cause__
        error = " / ".join(causes)[:4000]
    usage = llm.metrics.accumulated_token_usage
    tell(
        "end",
        status=status,
        error=error,
        cost=llm.metrics.accumulated_cost,
        input=getattr(usage, "prompt_tokens", 0),
        cached=getattr(usage, "cache_read_tokens", 0),
        output=getattr(usage, "completion_tokens", 0),
    )


main()

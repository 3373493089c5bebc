"""Drives one OpenHands conversation. Prints one line of JSON for each thing that happens, and asks, where it is told to,
before each command and each file that is written."""

import os
import time


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
    line = None
    if task["asks"]:
        try:
            from openhands.sdk.conversation.state import ConversationExecutionStatus, ConversationState
            from openhands.sdk.security.confirmation_policy import AlwaysConfirm
        except ImportError as failure:
            tell("unfit", why=str(failure)[:400])
            return
        line = Line()
    agent = Agent(llm=llm, tools=[Tool(name=TerminalTool.name), Tool(name=FileEditorTool.name)])

    def seen(event):
        name = type(event).__name__
        if name == "ActionEvent":
            thought = " ".join(getattr(part, "text", "") for part in event.thought or [])
            if thought.strip():
                tell("text", text=thought)
            action = event.action
            label = getattr(action, "command", None) or ""
            if getattr(action, "path", None):
                label = f"{label} {action.path}".strip()
            tell("tool", tool=event.tool_name, label=str(label))
            if event.tool_name == "finish":
                tell("text", text=str(getattr(action, "message", "")))
        elif name == "ObservationEvent":
            observation = event.observation
            failed = bool(getattr(observation, "is_error", False))
            tell("result", tool=event.tool_name, failed=failed, text=str(getattr(observation, "text", ""))[:4000])
        elif name == "UserRejectObservation":
            tell("result", tool=event.tool_name, failed=True, text="It was not done.")
        elif name == "MessageEvent" and event.source == "agent":
            parts = event.llm_message.content
            tell("text", text=" ".join(getattr(part, "text", "") for part in parts))

    def pending(talk):
        return ConversationState.get_unmatched_actions(list(talk.state.events))

    def wish(event):
        action = event.action
        if event.tool_name == TerminalTool.name and not getattr(action, "is_input", False):
            return {"command": str(action.command)}
        if event.tool_name == FileEditorTool.name and action.command != "view":
            return {"files": [str(action.path)]}
        return None

    def refusal(talk):
        for event in pending(talk):
            wanted = wish(event)
            no = line.ask(**wanted) if wanted else None
            if no is not None:
                return no
        return None

    def pass_on(talk):
        """Not between an action and what came of it."""
        while True:
            said = line.said.get()
            while True:
                with talk.state:
                    if not pending(talk):
                        talk.send_message(said)
                        break
                time.sleep(0.1)

    def work(talk):
        """Until nothing is left to do, to ask and to say."""
        waits = ConversationExecutionStatus.WAITING_FOR_CONFIRMATION
        for _ in range(2 * task["steps"]):
            talk.run()
            if talk.state.execution_status == waits:
                no = refusal(talk)
                if no is not None:
                    talk.reject_pending_actions(no)
            elif talk.state.execution_status != ConversationExecutionStatus.IDLE:
                return
        raise RuntimeError("MaxIterations: it took too many steps")

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
        if line:
            talk.set_confirmation_policy(AlwaysConfirm())
            threading.Thread(target=pass_on, args=[talk], daemon=True).start()
            tell("ready")
            work(talk)
        else:
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
    # Threads of its libraries could keep it.
    sys.stdout.flush()
    os._exit(0)


main()

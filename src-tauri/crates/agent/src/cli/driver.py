"""What our drivers have in common: lines of JSON both ways. Standard output carries nothing else."""

import json
import queue
import sys
import threading


def tell(kind, **fields):
    print(json.dumps({"pilothouse": kind, **fields}), flush=True)


class Line:
    """Questions and their answers, and what people say meanwhile."""

    def __init__(self):
        self.asked = 0
        self.answers = {}
        self.said = queue.Queue()
        self.changed = threading.Condition()
        self.open = True
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in sys.stdin:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if "answer" in value:
                with self.changed:
                    self.answers[value["answer"]] = value.get("no")
                    self.changed.notify_all()
            elif "tell" in value:
                self.said.put(value["tell"])
        with self.changed:
            self.open = False
            self.changed.notify_all()

    def ask(self, **wish):
        """Why it may not, or nothing. Nobody there is a no."""
        self.asked += 1
        name = self.asked
        tell("ask", id=name, **wish)
        with self.changed:
            self.changed.wait_for(lambda: name in self.answers or not self.open)
            return self.answers.pop(name, "Nobody could be asked.")

    def messages(self):
        said = []
        while True:
            try:
                said.append(self.said.get_nowait())
            except queue.Empty:
                return said



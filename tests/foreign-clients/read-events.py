"""Follows an event stream with Python's urllib: one line of JSON for each event, until the one that says "last"."""

import http.client
import json
import sys
import time
import urllib.request

url, last_event_id = sys.argv[1], ""

while True:
    request = urllib.request.Request(url, headers={"Accept": "text/event-stream"})
    if last_event_id:
        request.add_header("Last-Event-ID", last_event_id)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            # Of the block being read, which counts once its blank line has come.
            data, event_type, event_id = [], "", last_event_id
            for line in response:
                field, _, value = line.decode().rstrip("\n").partition(":")
                value = value[1:] if value.startswith(" ") else value
                if line == b"\n":
                    last_event_id = event_id
                    if data and event_type == "":
                        event = {"data": "\n".join(data), "lastEventId": last_event_id}
                        print(json.dumps(event), flush=True)
                        if event["data"] == "last":
                            sys.exit()
                    data, event_type = [], ""
                elif field == "data":
                    data.append(value)
                elif field == "event":
                    event_type = value
                elif field == "id":
                    event_id = value
    except (OSError, http.client.HTTPException):
        pass  # The connection was cut.
    time.sleep(0.02)

"""The link to the Messages API: sends a conversation, with its files streamed from disk, and receives the answer.

The map, in reading order::

    client.py           one request for each try; yields the answer as it is written
    request_json.py      writes a conversation as the request's JSON
    body.py              sends that JSON in chunks, with files as base64
    server_tools.py     the API's own web tools, in request and answer
    efforts.py          which models accept an effort
    response.py         reads one response: events, usage, thinking
    sse.py               finds the JSON objects in its bytes
    answer_reader.py     what those objects mean: the events of an answer
    cited.py            reads citations
    characters.py       joins characters that a server split
    patience.py         how long to wait, and how often to retry
    waits.py            the waits of one answer, under one deadline
    error_responses.py  what an error response means
    error_words.py      the tables for that
    media_bounds.py     how many images a request may hold, by a refusal
    link_faults.py      names connection errors for operators
    model_info.py       a model's limits, as the endpoint reports them
    watched.py          wraps the link, and remembers what it learns
    probe.py            checks address, key and model at the start
"""

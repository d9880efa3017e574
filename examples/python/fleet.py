"""Fleetkeeper from Python, with the standard library alone: operations by the names in the API's OpenAPI document.

URL=http://127.0.0.1:3003 KEY=fk_... python3 fleet.py
"""

import json
import os
import urllib.error
import urllib.parse
import urllib.request


class Fleetkeeper:
    def __init__(self, url, key):
        self.url, self.key = url.rstrip("/"), key
        document = self._send("GET", "/openapi.json")
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def call(self, operation_id, body=None, **values):
        """Calls an operation; its parameters, in path or query, by their names."""
        method, path, operation = self.operations[operation_id]
        query = {}
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            if name not in values:
                if parameter.get("required"):
                    raise TypeError(f"{operation_id} needs {name}")
                continue
            value = values.pop(name)
            if parameter["in"] == "path":
                safe = "/" if name == "*" else ""
                path = path.replace("{" + name + "}", urllib.parse.quote(str(value), safe=safe))
            elif parameter["in"] == "query":
                query[name] = value
        if values:
            raise TypeError(f"{operation_id} has no {', '.join(values)}")
        text = urllib.parse.urlencode(query, doseq=True)
        return self._send(method, f"{path}?{text}" if text else path, body)

    def records(self, account_id, resource):
        """All records of an account, page by page."""
        after = {}
        while True:
            page = self.call("listRecordsOfAccount", accountId=account_id, resource=resource, **after)
            yield from page["records"]
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    def _send(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.key}"}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            # Problem details (RFC 9457): the code is stable.
            problem = json.load(refusal)
            raise RuntimeError(f"{problem['code']}: {problem['detail']}") from None


if __name__ == "__main__":
    fleet = Fleetkeeper(os.environ["URL"], os.environ["KEY"])
    for account in fleet.call("listAccounts")["accounts"]:
        account_id = account["accountId"]
        assets = list(fleet.records(account_id, "assets"))
        sites = fleet.call("proxyGet", accountId=account_id, **{"*": "api/site/v1/sites"})
        print(json.dumps({"account": account_id, "assets": len(assets), "sites": sites["totalElements"]}))

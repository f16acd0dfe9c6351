"""A browser without JavaScript: follows redirects within one site, keeps cookies, fills in forms."""

import html.parser
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request


class _Forms(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.forms.append({"action": a.get("action", ""), "method": a.get("method", "get").lower(), "fields": {}, "buttons": []})
        elif tag == "input" and self.forms and "name" in a:
            self.forms[-1]["fields"][a["name"]] = a.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1]["buttons"].append((a.get("name"), a.get("value")))
        elif tag == "title":
            self._in_title = True

    def handle_endtag(self, tag):
        if tag == "title":
            self._in_title = False

    def handle_data(self, data):
        if self._in_title:
            self.title += data


class Page:
    def __init__(self, url, status, headers, text):
        self.url, self.status, self.headers, self.text = url, status, headers, text
        parser = _Forms()
        parser.feed(text)
        self.forms, self.title = parser.forms, parser.title

    def form_with(self, field):
        return next(f for f in self.forms if field in f["fields"])


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Browser:
    def __init__(self, origin):
        self.origin = origin
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies), _NoRedirect)

    def open(self, url, data=None):
        """The page at the end of all redirects on this site; a redirect to another site is returned as it is."""
        for _ in range(10):
            url = urllib.parse.urljoin(self.origin, url)
            headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
            body = urllib.parse.urlencode(data).encode() if data is not None else None
            if body is not None:
                headers["Origin"] = self.origin
            try:
                with self._opener.open(urllib.request.Request(url, body, headers), timeout=30) as r:
                    return Page(url, r.status, r.headers, r.read().decode())
            except urllib.error.HTTPError as e:
                text = e.read().decode(errors="replace")
                location = e.headers.get("Location")
                if e.code in (301, 302, 303, 307, 308) and location:
                    target = urllib.parse.urljoin(url, location)
                    if not target.startswith(self.origin + "/"):
                        return Page(target, e.code, e.headers, text)
                    url, data = target, None
                    continue
                return Page(url, e.code, e.headers, text)
        raise AssertionError("too many redirects")

    def submit(self, page, form, values=None):
        fields = {**form["fields"], **(values or {})}
        action = urllib.parse.urljoin(page.url, form["action"] or page.url)
        if form["method"] == "get":
            return self.open(action + "?" + urllib.parse.urlencode(fields))
        return self.open(action, fields)

    def authorize(self, url, login, password):
        """Signs in where asked and consents. The last page: the code, or the redirect to the application."""
        page = self.open(url)
        if any("password" in f["fields"] for f in page.forms):
            form = page.form_with("password")
            name = next(k for k in form["fields"] if k not in ("password",) and ("user" in k or "login" in k or "email" in k))
            page = self.submit(page, form, {name: login, "password": password})
        consent = [f for f in page.forms if "client_id" in f["fields"] and f["fields"].get("_method") != "delete"]
        if consent:
            page = self.submit(page, consent[0])
        return page

    def authorization_code(self, url, login, password):
        page = self.authorize(url, login, password)
        query = urllib.parse.parse_qs(urllib.parse.urlparse(page.url).query)
        if "code" not in query:
            raise AssertionError(f"no code at {page.url}: {page.status} {page.text[:800]}")
        return query["code"][0]

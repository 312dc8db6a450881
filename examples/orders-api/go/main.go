// GET /orders for access tokens of a Signet server, verified offline: go run .
package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

const audience = "https://api.orders.example"

var (
	issuer = env("ISSUER", "http://127.0.0.1:8080")
	keys   keyfunc.Keyfunc
	client = http.Client{Timeout: 5 * time.Second}

	errUnknown = errors.New("the status list is not known")
	algorithms = jwt.WithValidMethods([]string{"ES256", "EdDSA", "RS256", "PS256"})
)

type claims struct {
	jwt.RegisteredClaims
	ClientID string          `json:"client_id"`
	Scope    string          `json:"scope"`
	Cnf      json.RawMessage `json:"cnf"`
	Status   *struct {
		List *reference `json:"status_list"`
	} `json:"status"`
}

type reference struct {
	Index *uint64 `json:"idx"`
	URI   string  `json:"uri"`
}

func verified(token string) (*claims, error) {
	read := &claims{}
	parsed, err := jwt.ParseWithClaims(token, read, keys.Keyfunc, algorithms, jwt.WithIssuer(issuer),
		jwt.WithAudience(audience), // Often forgotten: the audience of this API,
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(30*time.Second))
	if err != nil {
		return nil, err
	}
	if !hasType(parsed, "at+jwt") { // and the type, which excludes ID tokens.
		return nil, errors.New("typ is not at+jwt")
	}
	if read.Subject == "" || read.ClientID == "" || read.ID == "" || read.IssuedAt == nil || read.Cnf != nil {
		return nil, errors.New("not the claims of a bearer token")
	}
	if read.Status != nil {
		return read, inForce(read.Status.List)
	}
	return read, nil
}

func hasType(token *jwt.Token, expected string) bool {
	typ, _ := token.Header["typ"].(string)
	return strings.TrimPrefix(strings.ToLower(typ), "application/") == expected
}

// Token Status List: one bit for each token, fetched once per ttl, not per request.
type statusList struct {
	bits                uint64
	bytes               []byte
	issuedAt, at, until time.Time
}

var (
	lists     = map[string]*statusList{}
	listsLock sync.Mutex
)

func inForce(status *reference) error {
	if status == nil || status.Index == nil || !sameOrigin(status.URI, issuer) {
		return errors.New("no status")
	}
	list, err := current(status.URI)
	if err != nil {
		return err
	}
	perByte := 8 / list.bits
	at := *status.Index / perByte
	if at >= uint64(len(list.bytes)) {
		return errors.New("the access token has no status")
	}
	if list.bytes[at]>>(*status.Index%perByte*list.bits)&(1<<list.bits-1) != 0 {
		return errors.New("the access token was revoked")
	}
	return nil
}

func current(uri string) (*statusList, error) {
	listsLock.Lock()
	defer listsLock.Unlock()
	known := lists[uri]
	if known != nil && time.Now().Before(known.until) {
		return known, nil
	}
	fetched, err := fetchList(uri)
	// An older list would restore revoked tokens. A known list from the future is not compared: a clock was wrong.
	if err == nil && known != nil && fetched.issuedAt.Before(known.issuedAt) &&
		!known.issuedAt.After(time.Now().Add(30*time.Second)) {
		err = errors.New("the list is older than the known one")
	}
	if err == nil {
		lists[uri] = fetched
		return fetched, nil
	}
	log.Print(err)
	// This API tolerates an outage of ten minutes. Tokens known to be revoked stay revoked.
	if known == nil || time.Since(known.at) > 10*time.Minute {
		return nil, errUnknown
	}
	known.until = time.Now().Add(5 * time.Second)
	return known, nil
}

func fetchList(uri string) (*statusList, error) {
	text, err := fetch(uri)
	if err != nil {
		return nil, err
	}
	var read struct {
		jwt.RegisteredClaims
		TTL  int64 `json:"ttl"`
		List struct {
			Bits uint64 `json:"bits"`
			Lst  string `json:"lst"`
		} `json:"status_list"`
	}
	parsed, err := jwt.ParseWithClaims(strings.TrimSpace(string(text)), &read, keys.Keyfunc, algorithms,
		jwt.WithSubject(uri), jwt.WithIssuedAt(), jwt.WithLeeway(30*time.Second))
	if err != nil {
		return nil, err
	}
	if !hasType(parsed, "statuslist+jwt") || read.IssuedAt == nil || (read.Issuer != "" && read.Issuer != issuer) ||
		!slices.Contains([]uint64{1, 2, 4, 8}, read.List.Bits) {
		return nil, errors.New("not the list that was asked for")
	}
	compressed, err := base64.RawURLEncoding.DecodeString(read.List.Lst)
	if err != nil {
		return nil, err
	}
	inflate, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	octets, err := io.ReadAll(io.LimitReader(inflate, 1<<21))
	if read.TTL <= 0 {
		read.TTL = 60
	}
	now := time.Now()
	return &statusList{read.List.Bits, octets, read.IssuedAt.Time, now, now.Add(time.Duration(read.TTL) * time.Second)}, err
}

func orders(response http.ResponseWriter, request *http.Request) {
	challenge := func(status int, problem string) {
		response.Header().Set("WWW-Authenticate", `Bearer realm="orders"`+problem)
		response.WriteHeader(status)
	}
	scheme, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		challenge(http.StatusUnauthorized, "")
		return
	}
	read, err := verified(strings.TrimSpace(token))
	switch {
	case errors.Is(err, errUnknown):
		// A token that cannot be verified now may be valid: 503, so that the client keeps it.
		response.Header().Set("Retry-After", "5")
		response.WriteHeader(http.StatusServiceUnavailable)
	case err != nil:
		log.Print(err)
		challenge(http.StatusUnauthorized, `, error="invalid_token"`)
	case !slices.Contains(strings.Fields(read.Scope), "orders:read"):
		challenge(http.StatusForbidden, `, error="insufficient_scope", scope="orders:read"`)
	default:
		response.Header().Set("Content-Type", "application/json")
		json.NewEncoder(response).Encode(map[string]any{"customer": read.Subject, "orders": []string{"sealing wax"}})
	}
}

func main() {
	document, err := fetch(issuer + "/.well-known/oauth-authorization-server")
	if err != nil {
		log.Fatal(err)
	}
	var metadata struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(document, &metadata); err != nil || metadata.Issuer != issuer {
		log.Fatalf("the server calls itself %q", metadata.Issuer)
	}
	// Fetched hourly, and again for an unknown kid, at most every five minutes.
	if keys, err = keyfunc.NewDefault([]string{metadata.JWKSURI}); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /orders", orders)
	listen := env("LISTEN", "127.0.0.1:9000")
	log.Printf("http://%s/orders", listen)
	log.Fatal(http.ListenAndServe(listen, nil))
}

func fetch(address string) ([]byte, error) {
	answer, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 4<<20))
}

func sameOrigin(one, other string) bool {
	a, errA := url.Parse(one)
	b, errB := url.Parse(other)
	return errA == nil && errB == nil && a.User == nil && a.Scheme == b.Scheme && a.Host == b.Host
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

import com.nimbusds.jose.*;
import com.nimbusds.jose.jwk.source.*;
import com.nimbusds.jose.proc.*;
import com.nimbusds.jose.util.*;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.*;
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.zip.InflaterInputStream;

/** GET /orders for access tokens of a Signet server, verified offline: mvn -q compile exec:java */
public class Orders {
    static final String ISSUER = env("ISSUER", "http://127.0.0.1:8080");
    static final String AUDIENCE = "https://api.orders.example";
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.ES256, JWSAlgorithm.RS256, JWSAlgorithm.PS256);
    static final DefaultResourceRetriever HTTP = new DefaultResourceRetriever(5000, 5000, 4 * 1024 * 1024);

    /** The token is invalid. */
    static class Refused extends Exception {
        Refused(String reason) { super(reason); }
    }

    /** The token cannot be verified now. */
    static class Unknown extends Exception {
        Unknown(Exception cause) { super("the status list is not known", cause); }
    }

    static ConfigurableJWTProcessor<SecurityContext> tokens, statusLists;

    public static void main(String[] arguments) throws Exception {
        var metadata = JSONObjectUtils.parse(fetch(ISSUER + "/.well-known/oauth-authorization-server"));
        if (!ISSUER.equals(metadata.get("issuer"))) throw new Refused("the server calls itself " + metadata.get("issuer"));
        // Cached for 5 minutes, or for a day during an outage. Unknown kids trigger at most two fetches in 30 seconds.
        JWKSource<SecurityContext> keys = JWKSourceBuilder.create(new URL((String) metadata.get("jwks_uri")), HTTP)
            .cache(300_000, 15_000).rateLimited(30_000).outageTolerant(86_400_000).build();
        // Often forgotten: the type, which excludes ID tokens, and the audience of this API.
        tokens = processor("at+jwt", keys, new DefaultJWTClaimsVerifier<>(AUDIENCE,
            new JWTClaimsSet.Builder().issuer(ISSUER).build(), Set.of("exp", "iat", "sub", "client_id", "jti")));
        statusLists = processor("statuslist+jwt", keys,
            new DefaultJWTClaimsVerifier<>(null, Set.of("sub", "iat", "status_list")));

        var listen = env("LISTEN", "127.0.0.1:9000").split(":");
        var server = HttpServer.create(new InetSocketAddress(listen[0], Integer.parseInt(listen[1])), 0);
        server.createContext("/orders", Orders::orders);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
        System.out.println("http://" + String.join(":", listen) + "/orders");
    }

    static ConfigurableJWTProcessor<SecurityContext> processor(
            String typ, JWKSource<SecurityContext> keys, DefaultJWTClaimsVerifier<SecurityContext> rules) {
        rules.setMaxClockSkew(30);
        var processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType(typ)));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier(rules);
        return processor;
    }

    static JWTClaimsSet verified(String token) throws Exception {
        var claims = tokens.process(token, null);
        if (claims.getClaim("cnf") != null) throw new Refused("the access token is bound to a key");
        if (claims.getClaim("status") != null) {
            var reference = JSONObjectUtils.getJSONObject(claims.getJSONObjectClaim("status"), "status_list");
            if (reference == null) throw new Refused("no status");
            inForce(JSONObjectUtils.getLong(reference, "idx"), JSONObjectUtils.getString(reference, "uri"));
        }
        return claims;
    }

    /** Token Status List: one bit for each token, fetched once per ttl, not per request. */
    record StatusList(int bits, byte[] bytes, Date issuedAt, long at, long until) {}

    static final Map<String, StatusList> lists = new HashMap<>();

    static void inForce(long index, String uri) throws Exception {
        if (index < 0 || !origin(uri).equals(origin(ISSUER))) throw new Refused("no status");
        var list = current(uri);
        var perByte = 8 / list.bits;
        if (index / perByte >= list.bytes.length) throw new Refused("the access token has no status");
        var octet = list.bytes[(int) (index / perByte)] & 0xff;
        if ((octet >> (index % perByte * list.bits) & ((1 << list.bits) - 1)) != 0) {
            throw new Refused("the access token was revoked");
        }
    }

    static synchronized StatusList current(String uri) throws Unknown {
        var now = System.nanoTime() / 1_000_000;
        var known = lists.get(uri);
        if (known != null && now < known.until) return known;
        try {
            var claims = statusLists.process(fetch(uri).trim(), null);
            var issuer = claims.getIssuer();
            var list = claims.getJSONObjectClaim("status_list");
            var bits = JSONObjectUtils.getInt(list, "bits");
            if (!uri.equals(claims.getSubject()) || (issuer != null && !issuer.equals(ISSUER))
                || !Set.of(1, 2, 4, 8).contains(bits)) throw new Refused("not the list that was asked for");
            var issuedAt = claims.getIssueTime();
            var latest = new Date(System.currentTimeMillis() + 30_000);
            if (issuedAt.after(latest)) throw new Refused("a list from the future");
            // An older list would restore revoked tokens. A known list from the future is not compared: a clock was wrong.
            if (known != null && issuedAt.before(known.issuedAt) && !known.issuedAt.after(latest)) {
                throw new Refused("the list is older than the known one");
            }
            var compressed = new Base64URL(JSONObjectUtils.getString(list, "lst")).decode();
            var bytes = new InflaterInputStream(new ByteArrayInputStream(compressed)).readNBytes(1 << 21);
            var ttl = claims.getClaim("ttl") == null ? 60 : claims.getLongClaim("ttl");
            known = new StatusList(bits, bytes, issuedAt, now, now + 1000 * ttl);
        } catch (Exception cause) {
            // This API tolerates an outage of ten minutes. Tokens known to be revoked stay revoked.
            if (known == null || now - known.at > 600_000) throw new Unknown(cause);
            known = new StatusList(known.bits, known.bytes, known.issuedAt, known.at, now + 5000);
        }
        lists.put(uri, known);
        return known;
    }

    static void orders(HttpExchange exchange) throws IOException {
        try {
            var header = Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), "").split(" +", 2);
            if (header.length < 2 || !header[0].equalsIgnoreCase("Bearer")) {
                challenge(exchange, 401, "");
                return;
            }
            var claims = verified(header[1]);
            var scope = Objects.requireNonNullElse(claims.getStringClaim("scope"), "");
            if (!List.of(scope.split(" ")).contains("orders:read")) {
                challenge(exchange, 403, ", error=\"insufficient_scope\", scope=\"orders:read\"");
                return;
            }
            var body = JSONObjectUtils.toJSONString(Map.of("customer", claims.getSubject())).getBytes("UTF-8");
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (Unknown | RemoteKeySourceException unknown) {
            // A token that cannot be verified now may be valid: 503, so that the client keeps it.
            System.err.println(unknown.getMessage());
            exchange.getResponseHeaders().set("Retry-After", "5");
            exchange.sendResponseHeaders(503, -1);
        } catch (IOException fault) {
            throw fault;
        } catch (Exception refusal) {
            System.err.println(refusal.getMessage());
            challenge(exchange, 401, ", error=\"invalid_token\"");
        } finally {
            exchange.close();
        }
    }

    static void challenge(HttpExchange exchange, int status, String error) throws IOException {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"orders\"" + error);
        exchange.sendResponseHeaders(status, -1);
    }

    static String fetch(String url) throws IOException {
        return HTTP.retrieveResource(new URL(url)).getContent();
    }

    static String origin(String uri) throws URISyntaxException {
        var parsed = new URI(uri);
        return parsed.getScheme() + "://" + parsed.getRawAuthority();
    }

    static String env(String name, String otherwise) {
        return Objects.requireNonNullElse(System.getenv(name), otherwise);
    }
}

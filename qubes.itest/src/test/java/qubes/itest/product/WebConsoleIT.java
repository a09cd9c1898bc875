package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Felix's web console in the product, by the requests that its pages make. */
class WebConsoleIT {
    private static final String PLUGIN = "qubes.vm.appvm";

    private final HttpClient http = HttpClient.newHttpClient();
    private URI bundles = URI.create("about:blank");
    private String password = "";

    @Test
    @DisplayName(
            "it lets in who has the home's password, and has a plugin stop, start, refresh, update, leave and come")
    void plugsInAndOut() throws Exception {
        try (BuiltClone clone = BuiltClone.make()) {
            Path home = clone.room().resolve("home");
            int port = freePort();
            Product product =
                    clone.start(
                            List.of(
                                    "--home",
                                    home.toString(),
                                    "--hypervisor",
                                    BuiltClone.NO_GUESTS,
                                    "--web-console",
                                    "" + port));
            product.awaitReady();
            bundles = URI.create("http://127.0.0.1:" + port + "/system/console/bundles");
            AdminSocket admin = product.admin();
            Path file = home.resolve("web-console.password");
            assertEquals("rw-------", permissions(file));
            assertEquals("rw-------", permissions(home.resolve("cache/felix.properties")));
            Await.until("it answers", () -> get("none") == 401, product::toString);
            assertEquals(401, get("admin"), "Felix's own default");
            password = Files.readString(file).strip();
            assertFalse(
                    Files.readString(home.resolve("cache/felix.properties")).contains(password));
            assertEquals(200, get(password));

            String id = id();
            admin.call("admin.vm.Create.TemplateVM", "", "dom0", "name=plain label=black");
            admin.call("admin.vm.Create.AppVM", "plain", "dom0", "name=work label=red");
            Map<String, AdminSocket.Listed> all = admin.list();
            act(id, "stop");
            awaitKlass(admin, false);
            assertEquals(all.keySet(), admin.list().keySet());
            act(id, "start");
            awaitKlass(admin, true);
            for (String action : List.of("refresh", "update")) {
                act(id, action);
                awaitKlass(admin, true);
                assertEquals(all, admin.list());
            }
            act(id, "uninstall");
            awaitKlass(admin, false);
            install(jar(home.resolve("plugins")));
            awaitKlass(admin, true);
            assertEquals(all, admin.list());
        }
    }

    @Test
    @DisplayName("without the option nothing of it is there, and no password is made up")
    void isOffByDefault() throws Exception {
        try (BuiltClone clone = BuiltClone.make()) {
            Path home = clone.room().resolve("home");
            clone.start(List.of("--home", home.toString(), "--hypervisor", BuiltClone.NO_GUESTS))
                    .awaitReady();
            assertFalse(Files.exists(home.resolve("web-console.password")));
            String settings = Files.readString(home.resolve("cache/felix.properties"));
            assertFalse(settings.contains("webconsole"));
            assertFalse(settings.contains("jetty"));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static Path jar(Path plugins) throws IOException {
        try (var jars = Files.list(plugins)) {
            return jars.filter(it -> it.getFileName().toString().startsWith(PLUGIN + "-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void awaitKlass(AdminSocket admin, boolean there) throws Exception {
        Await.until(
                PLUGIN + (there ? " is there" : " has left"),
                () -> there == admin.call("admin.vmclass.List", "", "dom0").contains("AppVM"),
                () -> "");
    }

    private int get(String secret) throws Exception {
        try {
            return send(request(URI.create(bundles + ".json"), secret)).statusCode();
        } catch (IOException e) {
            // not there yet
            return 0;
        }
    }

    private String id() throws Exception {
        String all = send(request(URI.create(bundles + ".json"), password)).body();
        Matcher bundle =
                Pattern.compile("\"id\":(\\d+),[^{}]*\"symbolicName\":\"" + PLUGIN + "\"")
                        .matcher(all);
        assertTrue(bundle.find(), all);
        return bundle.group(1);
    }

    private void act(String id, String action) throws Exception {
        HttpRequest.Builder request =
                request(URI.create(bundles + "/" + id), password)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("action=" + action));
        assertEquals(200, send(request).statusCode(), action);
    }

    /** As the form of its page sends it. */
    private void install(Path jar) throws Exception {
        String parts =
                """
                --part
                Content-Disposition: form-data; name="action"

                install
                --part
                Content-Disposition: form-data; name="bundlestart"

                start
                --part
                Content-Disposition: form-data; name="bundlestartlevel"

                3
                --part
                Content-Disposition: form-data; name="bundlefile"; filename="plugin.jar"
                Content-Type: application/java-archive

                """;
        HttpRequest.Builder request =
                request(bundles, password)
                        .header("Content-Type", "multipart/form-data; boundary=part")
                        .POST(
                                BodyPublishers.concat(
                                        BodyPublishers.ofString(parts.replace("\n", "\r\n")),
                                        BodyPublishers.ofFile(jar),
                                        BodyPublishers.ofString("\r\n--part--\r\n")));
        assertEquals(302, send(request).statusCode());
    }

    private static HttpRequest.Builder request(URI uri, String secret) {
        String user = "admin:" + secret;
        String token = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
        return HttpRequest.newBuilder(uri).header("Authorization", "Basic " + token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }
}

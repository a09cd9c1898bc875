package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.itest.BuiltBundle;

/**
 * A daemon that asks for signatures, and bundles that come to it: made, signed and listed by the
 * commands that the manual names.
 */
class SignedBundlesIT {
    private static final String PING = "admin.vm.example.Ping";

    @Test
    @DisplayName(
            "with --require-signed the product's bundles run, and of others those signed by who is listed")
    void runsWhatIsSigned() throws Exception {
        try (BuiltClone clone = BuiltClone.make()) {
            Path home = clone.room().resolve("home");
            Path store = clone.room().resolve("qubes.xml");
            Files.writeString(store, Texts.store(Texts.domain(1, "AppVM", "work", "")));
            Path ping = bundle(clone, "ping", "qubes.itest.ping");
            Path greeter = bundle(clone, "greeter", "qubes.itest.greeter");
            Path keys = clone.room().resolve("keys.p12");
            sign(clone, "new-key", keys.toString(), "Acme, Inc");
            Path signed = Files.copy(ping, clone.room().resolve("signed.jar"));
            sign(clone, "sign", keys.toString(), signed.toString());
            Path altered = altered(signed);

            List<String> options = BuiltClone.options(home, store, "--require-signed");
            try (Product product = clone.start(options).awaitReady()) {
                AdminSocket admin = product.admin();
                assertEquals(
                        "AdminVM\nAppVM\nDispVM\nNetVM\nRemoteVM\nStandaloneVM\nTemplateVM\n",
                        admin.call("admin.vmclass.List", "", "dom0"));
                assertFalse(product.log().contains("does not run"), product::toString);

                drop(home, greeter);
                awaitLog(product, "'greeter'", "does not run: it is not signed");
                drop(home, signed);
                awaitLog(product, "'ping'", "is signed by 'CN=Acme\\\\, Inc', which is not listed");
                assertFalse(knows(admin, PING), "the signer is not listed yet");

                String certificate = sign(clone, "certificate", keys.toString());
                Files.writeString(home.resolve("etc/trusted/acme.pem"), certificate);
                Await.until("the signed one runs", () -> knows(admin, PING), product::toString);
                Files.copy(
                        altered,
                        home.resolve("plugins/signed.jar"),
                        StandardCopyOption.REPLACE_EXISTING);
                awaitLog(product, "'signed.jar' is not installed, and what was goes on");
                Await.until("the former goes on", () -> knows(admin, PING), product::toString);
                assertFalse(hasGreeter(admin), "what is not signed runs");

                Files.writeString(home.resolve("etc/qubes.trust.cfg"), "required=false\n");
                Await.until("any runs now", () -> hasGreeter(admin), product::toString);
                Files.writeString(home.resolve("etc/qubes.trust.cfg"), "required = true\n");
                Await.until("it stops", () -> !hasGreeter(admin), product::toString);
                assertEquals(143, product.terminate());
                assertEquals(List.of(), product.errors());
            }
        }
    }

    private static Path bundle(BuiltClone clone, String name, String code) throws Exception {
        return BuiltBundle.named(name).with("Private-Package", code).in(clone.room());
    }

    /** {@code qubesd-sign} with these arguments; what it says. */
    private static String sign(BuiltClone clone, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = clone.folder().resolve("qubes.dist/target/dist/bin/qubesd-sign").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .putAll(
                        Map.of(
                                "QUBESD_SIGN_PASSWORD",
                                "changeit",
                                "JAVA_HOME",
                                System.getProperty("java.home")));
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    /** A copy with one more file. */
    private static Path altered(Path jar) throws IOException {
        Path copy = jar.resolveSibling("altered.jar");
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar));
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(copy))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                in.transferTo(out);
            }
            out.putNextEntry(new ZipEntry("more"));
        }
        return copy;
    }

    private static void drop(Path home, Path jar) throws IOException {
        Path hidden = home.resolve("plugins/.new");
        Files.copy(jar, hidden);
        Files.move(hidden, home.resolve("plugins").resolve(jar.getFileName()));
    }

    private static void awaitLog(Product product, String... parts) throws Exception {
        Await.until(
                "the log says " + List.of(parts),
                () ->
                        product.log()
                                .lines()
                                .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)),
                product::toString);
    }

    private static boolean hasGreeter(AdminSocket admin) throws IOException {
        return admin.call("admin.vmclass.List", "", "dom0").contains("GreeterVM");
    }

    private static boolean knows(AdminSocket admin, String method) throws IOException {
        try {
            admin.call(method, "", "work");
            return true;
        } catch (AdminSocket.Refused e) {
            return !e.text.contains("no such method");
        }
    }
}

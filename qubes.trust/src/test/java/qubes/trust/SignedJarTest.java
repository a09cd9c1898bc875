package qubes.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jars that keytool and jarsigner made, and what became of them after that. */
class SignedJarTest {
    private static final String LISTED = "signed by 'CN=listed'";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String SIGNATURE = "META-INF/LISTED.SF";

    @TempDir private static Path folder;
    private static Signing signing;
    private static Path trusted;

    /** Signed by the one who is listed. */
    private static Path signed;

    /** How a jar came to be. */
    @FunctionalInterface
    interface Made {
        Path jar() throws Exception;
    }

    @BeforeAll
    static void makeKeys() throws Exception {
        signing = new Signing(folder);
        signing.key("listed");
        signing.key("stranger");
        signing.key("old", "-startdate", "-3y", "-validity", "365");
        signing.key("rsa", "-keyalg", "RSA", "-keysize", "2048");
        signing.key("authority", "-ext", "bc:c");
        for (String name : new String[] {"employee", "webserver", "apprentice"}) {
            signing.key(name);
        }
        signing.certify("authority", "employee", "-ext", "EKU=codeSigning");
        signing.certify("authority", "webserver", "-ext", "EKU=serverAuth");
        signing.certify("listed", "apprentice");
        trusted = signing.list("listed", "old", "rsa", "authority");
        signed = signing.sign(signing.jar(), "listed");
    }

    static Stream<Arguments> jars() {
        return Stream.of(
                accepted("signed by a listed key", LISTED, () -> signed),
                refused("not signed", "is not signed", () -> signing.jar()),
                refused(
                        "signed by a stranger",
                        "is signed by 'CN=stranger', which is not listed",
                        () -> signing.sign(signing.jar(), "stranger")),
                accepted(
                        "signed by a stranger and then by a listed key",
                        LISTED,
                        () -> signing.sign(signing.sign(signing.jar(), "stranger"), "listed")),
                accepted(
                        "signed by a listed key and then by a stranger",
                        LISTED,
                        () -> signing.sign(signing.sign(signing.jar(), "listed"), "stranger")),
                accepted(
                        "signed by one whom a listed authority certified to sign code",
                        "signed by 'CN=employee'",
                        () -> signing.sign(signing.jar(), "employee")),
                refused(
                        "signed by one whom a listed authority certified for something else",
                        "is signed by 'CN=webserver', whose certificate is not for signing code",
                        () -> signing.sign(signing.jar(), "webserver")),
                refused(
                        "signed by one whom a listed signer certified, who is no authority",
                        "is signed by 'CN=apprentice', which is not listed",
                        () -> signing.sign(signing.jar(), "apprentice")),
                refused(
                        "signed with a listed certificate that has expired",
                        "is signed by 'CN=old', whose certificate has expired on ",
                        () -> signing.sign(signing.jar(), "old")),
                refused(
                        "digests of SHA-1",
                        "has no signature that counts: ",
                        () -> signing.sign(signing.jar(), "rsa", "-digestalg", "SHA-1")),
                refused(
                        "a signature with SHA-1",
                        "has no signature that counts: ",
                        () -> signing.sign(signing.jar(), "rsa", "-sigalg", "SHA1withRSA")),
                refused(
                        "digests of MD5",
                        "has no signature that counts: ",
                        () -> signing.sign(signing.jar(), "rsa", "-digestalg", "MD5")),
                refused(
                        "a file added after signing",
                        "got an entry after it was signed: 'b/B.class'",
                        () -> with(files -> put(files, "b/B.class", "x"))),
                refused(
                        "a file added in META-INF",
                        "got an entry after it was signed: 'META-INF/versions/17/a/A.class'",
                        () -> with(files -> put(files, "META-INF/versions/17/a/A.class", "x"))),
                refused(
                        "a file altered",
                        "was altered after it was signed: 'a/text'",
                        () -> with(files -> put(files, "a/text", "hellO"))),
                refused(
                        "a file removed",
                        "lacks what was signed: 'a/text' was removed",
                        () -> with(files -> without(files, "a/text"))),
                refused(
                        "a header of the manifest added",
                        "was altered after it was signed: ",
                        () ->
                                with(
                                        files ->
                                                replace(
                                                        files,
                                                        MANIFEST,
                                                        "Manifest-Version: 1.0",
                                                        "Manifest-Version: 1.0\r\nBundle-Activator: a.A"))),
                refused(
                        "a file altered, and its digest in the manifest taken out",
                        "was altered after it was signed: ",
                        () ->
                                with(
                                        files ->
                                                replace(
                                                        put(files, "a/text", "hellO"),
                                                        MANIFEST,
                                                        "Name: a/text\r\nSHA-[^\r]*\r\n\r\n",
                                                        ""))),
                refused(
                        "the signature file altered",
                        "was altered after it was signed: ",
                        () -> with(files -> replace(files, SIGNATURE, "Created-By", "Altered-By"))),
                refused(
                        "the signature itself taken out",
                        "has no signature that counts: ",
                        () -> with(files -> without(files, "META-INF/LISTED.EC"))),
                refused(
                        "a second manifest in small letters",
                        "has an entry of an odd name: 'META-INF/manifest.mf'",
                        () -> with(files -> put(files, "META-INF/manifest.mf", "x"))),
                refused(
                        "a name that leads out of the jar",
                        "has an entry of an odd name: '../a'",
                        () -> with(files -> put(files, "../a", "x"))),
                refused(
                        "no jar at all",
                        "cannot be read: ",
                        () -> Files.writeString(folder.resolve("text.jar"), "hello")));
    }

    @ParameterizedTest(name = "{0}: accepted is {1}")
    @MethodSource("jars")
    @DisplayName("a jar is accepted if all of it is signed by one who is trusted")
    void judges(String what, boolean accepted, String reason, Made made) throws Exception {
        Verdict verdict =
                new SignedJar(made.jar()).judge(TrustedCertificates.in(trusted), Instant.now());
        assertEquals(
                new Verdict(accepted, reason),
                new Verdict(verdict.accepted(), common(reason, verdict.reason())));
    }

    @Test
    @DisplayName("a signature counts no longer once its certificate has expired")
    void expires() {
        Instant later = Instant.now().plus(3660, ChronoUnit.DAYS);
        Verdict verdict = new SignedJar(signed).judge(TrustedCertificates.in(trusted), later);
        assertEquals(false, verdict.accepted());
    }

    @Test
    @DisplayName("a file that lists no certificate lists nobody, and the others still do")
    void badCertificateListsNobody() throws Exception {
        Path listed = signing.list("listed");
        Files.writeString(listed.resolve("a.pem"), "-----BEGIN CERTIFICATE-----\nxx");
        assertEquals(1, TrustedCertificates.in(listed).listed().size());
    }

    private static Arguments accepted(String what, String reason, Made made) {
        return arguments(what, true, reason, made);
    }

    private static Arguments refused(String what, String reason, Made made) {
        return arguments(what, false, reason, made);
    }

    /** The signed jar, changed by someone afterwards. */
    private static Path with(UnaryOperator<Map<String, byte[]>> change) throws Exception {
        return signing.pack(change.apply(new LinkedHashMap<>(Signing.unpack(signed))));
    }

    private static Map<String, byte[]> put(Map<String, byte[]> files, String name, String text) {
        files.put(name, text.getBytes(UTF_8));
        return files;
    }

    private static Map<String, byte[]> without(Map<String, byte[]> files, String name) {
        files.remove(name);
        return files;
    }

    private static Map<String, byte[]> replace(
            Map<String, byte[]> files, String name, String from, String to) {
        return put(files, name, new String(files.get(name), UTF_8).replaceAll(from, to));
    }

    /** What was said, cut to the length of what is expected. */
    private static String common(String expected, String said) {
        return said.startsWith(expected) ? expected : said;
    }
}

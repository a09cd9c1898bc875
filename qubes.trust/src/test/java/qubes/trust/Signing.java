package qubes.trust;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Keys and signed jars, made by the JDK's own keytool and jarsigner, in a folder. */
final class Signing {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path keys;
    private int jars;

    Signing(Path folder) {
        this.folder = folder;
        this.keys = folder.resolve("keys.p12");
    }

    /** Makes a key with a certificate of its own that says CN=name. */
    void key(String name, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("-genkeypair", "-alias", name));
        words.addAll(List.of("-dname", "CN=" + name, "-keyalg", "EC", "-validity", "3650"));
        words.addAll(Arrays.asList(options));
        keytool(words);
    }

    /** Has one key's holder certify another's: the other's certificate is from there on. */
    void certify(String issuer, String name, String... options) throws Exception {
        Path request = folder.resolve(name + ".csr");
        Path answer = folder.resolve(name + ".cer");
        keytool(List.of("-certreq", "-alias", name, "-file", request.toString()));
        List<String> words = new ArrayList<>(List.of("-gencert", "-alias", issuer));
        words.addAll(List.of("-infile", request.toString(), "-outfile", answer.toString()));
        words.addAll(List.of("-validity", "3650"));
        words.addAll(Arrays.asList(options));
        keytool(words);
        keytool(
                List.of(
                        "-importcert",
                        "-noprompt",
                        "-alias",
                        name,
                        "-file",
                        answer.toString(),
                        "-trustcacerts"));
    }

    /** Lists certificates of those names in a folder of the operator's. */
    Path list(String... names) throws Exception {
        Path listed = Files.createTempDirectory(folder, "trusted");
        for (String name : names) {
            list(listed, name);
        }
        return listed;
    }

    void list(Path listed, String name) throws Exception {
        keytool(
                List.of(
                        "-exportcert",
                        "-rfc",
                        "-alias",
                        name,
                        "-file",
                        listed.resolve(name + ".pem").toString()));
    }

    /** A bundle's jar with a class and a text, not signed. */
    Path jar(String... headers) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        StringBuilder manifest = new StringBuilder("Manifest-Version: 1.0\n");
        Stream.of(headers).forEach(header -> manifest.append(header).append('\n'));
        files.put(MANIFEST, manifest.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        files.put("a/A.class", new byte[] {1, 2, 3});
        files.put("a/text", "hello".getBytes(StandardCharsets.UTF_8));
        return pack(files);
    }

    /** A bundle that tells the framework's properties that its activator ran. */
    Path probe(String name, String version, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of("Bundle-ManifestVersion: 2"));
        all.addAll(List.of("Bundle-SymbolicName: " + name, "Bundle-Version: " + version));
        all.addAll(Arrays.asList(headers));
        Path jar = jar(all.toArray(String[]::new));
        Map<String, byte[]> files = unpack(jar);
        files.put(Probe.class.getName().replace('.', '/') + ".class", classFile(Probe.class));
        return pack(files);
    }

    private static byte[] classFile(Class<?> type) throws IOException {
        String name = "/" + type.getName().replace('.', '/') + ".class";
        try (InputStream in = type.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Signs a jar in place. */
    Path sign(Path jar, String key, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("-keystore", keys.toString()));
        words.addAll(List.of("-storepass", PASSWORD));
        words.addAll(Arrays.asList(options));
        words.addAll(List.of(jar.toString(), key));
        run("jarsigner", words);
        return jar;
    }

    /** The files of a jar in their order, to be changed and packed again. */
    static Map<String, byte[]> unpack(Path jar) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(jar);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    Path pack(Map<String, byte[]> files) throws IOException {
        Path jar = folder.resolve("jar-" + jars++ + ".jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return jar;
    }

    private void keytool(List<String> words) throws Exception {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of("-keystore", keys.toString(), "-storetype", "PKCS12"));
        all.addAll(List.of("-storepass", PASSWORD));
        run("keytool", all);
    }

    private static void run(String tool, List<String> words) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-Xshare:auto"));
        command.addAll(words);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}

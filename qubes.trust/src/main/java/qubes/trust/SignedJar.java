package qubes.trust;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * A jar whose signatures are looked at in full: every entry is read, and all but the signatures
 * themselves must be signed by one who is trusted. What Java's own verification lets pass is
 * refused too: entries that are in the manifest only, that are there twice, and manifests whose
 * main part no signature covers.
 *
 * @param file the jar; whoever calls sees to it that nobody changes it meanwhile
 */
record SignedJar(Path file) {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final Pattern SIGNATURE_FILE =
            Pattern.compile("META-INF/[^/]+\\.SF", Pattern.CASE_INSENSITIVE);
    // what Java, too, takes for no part of what is signed
    private static final Pattern SIGNATURE =
            Pattern.compile(
                    "META-INF/(MANIFEST\\.MF|[^/]+\\.(SF|RSA|DSA|EC)|SIG-[^/]*)",
                    Pattern.CASE_INSENSITIVE);

    /** Whether what is in it may run. Blocks. */
    Verdict judge(TrustedCertificates trusted, Instant now) {
        try (JarFile jar =
                new JarFile(file.toFile(), true, ZipFile.OPEN_READ, JarFile.baseVersion())) {
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                return Verdict.refused("has no manifest");
            }
            List<JarEntry> entries = Collections.list(jar.entries());
            return oddNames(entries)
                    .or(() -> removed(jar, manifest))
                    .map(Verdict::refused)
                    .orElseGet(() -> new Reading(jar, manifest, trusted, now).judge(entries));
        } catch (SecurityException e) {
            return Verdict.refused("was altered after it was signed: " + words(e));
        } catch (IOException e) {
            return Verdict.refused("cannot be read: " + words(e));
        }
    }

    private static Optional<String> oddNames(List<JarEntry> entries) {
        Set<String> names = new HashSet<>();
        for (JarEntry entry : entries) {
            String name = entry.getName();
            String key = SIGNATURE.matcher(name).matches() ? name.toUpperCase(Locale.ROOT) : name;
            boolean odd =
                    name.startsWith("/")
                            || name.contains("\\")
                            || ("/" + name + "/").contains("/../")
                            || name.contains("//")
                            || (key.equals(MANIFEST) && !name.equals(MANIFEST));
            if (odd) {
                return Optional.of("has an entry of an odd name: " + Shown.quote(name));
            }
            if (!names.add(key)) {
                return Optional.of("has an entry twice: " + Shown.quote(name));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> removed(JarFile jar, Manifest manifest) {
        return manifest.getEntries().entrySet().stream()
                .filter(
                        entry ->
                                entry.getValue().keySet().stream()
                                        .anyMatch(it -> it.toString().endsWith("-Digest")))
                .map(Map.Entry::getKey)
                .filter(name -> jar.getEntry(name) == null)
                .findFirst()
                .map(name -> "lacks what was signed: " + Shown.quote(name) + " was removed");
    }

    private static String words(Exception e) {
        return Shown.quote(String.valueOf(e.getMessage()));
    }

    /** One pass over the entries. */
    private record Reading(
            JarFile jar,
            Manifest manifest,
            TrustedCertificates trusted,
            Instant now,
            Map<CodeSigner, Verdict> signers) {
        Reading(JarFile jar, Manifest manifest, TrustedCertificates trusted, Instant now) {
            this(jar, manifest, trusted, now, new HashMap<>());
        }

        Verdict judge(List<JarEntry> entries) {
            boolean signed = false;
            Verdict last = Verdict.refused("holds nothing that is signed");
            for (JarEntry entry : entries) {
                if (SIGNATURE_FILE.matcher(entry.getName()).matches()) {
                    signed = true;
                    if (!coversMainPart(entry)) {
                        return Verdict.refused(
                                "has a signature that does not cover the manifest's main part: "
                                        + Shown.quote(entry.getName()));
                    }
                }
            }
            if (!signed) {
                return Verdict.refused("is not signed");
            }
            for (JarEntry entry : entries) {
                Verdict verdict = judge(entry);
                if (!SIGNATURE.matcher(entry.getName()).matches() && !entry.isDirectory()) {
                    last = verdict;
                    if (!verdict.accepted()) {
                        return verdict;
                    }
                }
            }
            return last;
        }

        private boolean coversMainPart(JarEntry signature) {
            try (InputStream in = jar.getInputStream(signature)) {
                return new Manifest(in)
                        .getMainAttributes().keySet().stream()
                                .anyMatch(
                                        it ->
                                                it.toString()
                                                        .endsWith(
                                                                "-Digest-Manifest-Main-Attributes"));
            } catch (IOException e) {
                return false;
            }
        }

        private Verdict judge(JarEntry entry) {
            try (InputStream in = jar.getInputStream(entry)) {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (SecurityException | IOException e) {
                return Verdict.refused(
                        "was altered after it was signed: " + Shown.quote(entry.getName()));
            }
            CodeSigner[] by = entry.getCodeSigners();
            if (by == null) {
                return Verdict.refused(
                        manifest.getAttributes(entry.getName()) == null
                                ? "got an entry after it was signed: "
                                        + Shown.quote(entry.getName())
                                : "has no signature that counts: it does not fit the manifest,"
                                        + " or its digest or key is one that Java no longer accepts");
            }
            List<Verdict> verdicts =
                    Arrays.stream(by)
                            .map(
                                    signer ->
                                            signers.computeIfAbsent(
                                                    signer,
                                                    it ->
                                                            trusted.judge(
                                                                    it.getSignerCertPath(), now)))
                            .toList();
            return verdicts.stream().filter(Verdict::accepted).findFirst().orElse(verdicts.get(0));
        }
    }
}

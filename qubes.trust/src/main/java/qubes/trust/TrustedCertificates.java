package qubes.trust;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates that the operator listed: of those who sign, and of authorities whose signers
 * are trusted.
 *
 * @param listed all of them
 */
record TrustedCertificates(Set<X509Certificate> listed) {
    private static final Logger log = LoggerFactory.getLogger(TrustedCertificates.class);
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    private static final String ANY_PURPOSE = "2.5.29.37.0";

    TrustedCertificates {
        listed = Set.copyOf(listed);
    }

    /**
     * Those in the files {@code *.pem} of a folder; none if it is not there. A file that cannot be
     * read is named in the log and lists nobody. Blocks.
     */
    static TrustedCertificates in(Path folder) {
        Set<X509Certificate> found = new HashSet<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.getFileName().toString().endsWith(".pem"))
                        .sorted()
                        .forEach(file -> found.addAll(read(file)));
            } catch (IOException e) {
                log.error("The trusted certificates cannot be listed: {}", e.toString());
            }
        }
        return new TrustedCertificates(found);
    }

    private static Collection<X509Certificate> read(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (IOException | CertificateException e) {
            log.warn(
                    "{} lists no certificate: {}",
                    Shown.quote(file.getFileName().toString()),
                    Shown.quote(String.valueOf(e.getMessage())));
            return List.of();
        }
    }

    /**
     * Whether a signer counts: listed, or vouched for by a listed authority as one who signs code,
     * and valid now. A time stamp of the signature changes nothing, as nobody listed who may stamp.
     */
    Verdict judge(CertPath signer, Instant now) {
        List<X509Certificate> path =
                signer.getCertificates().stream().map(X509Certificate.class::cast).toList();
        X509Certificate own = path.get(0);
        String who = Shown.quote(own.getSubjectX500Principal().getName());
        if (listed.contains(own)) {
            return validAt(own, now, who);
        }
        Set<TrustAnchor> authorities =
                listed.stream()
                        .filter(it -> it.getBasicConstraints() >= 0)
                        .filter(it -> validAt(it, now, "").accepted())
                        .map(it -> new TrustAnchor(it, null))
                        .collect(Collectors.toSet());
        if (authorities.isEmpty()) {
            return Verdict.refused("is signed by " + who + ", which is not listed");
        }
        try {
            PKIXParameters rules = new PKIXParameters(authorities);
            rules.setRevocationEnabled(false);
            rules.setDate(Date.from(now));
            List<X509Certificate> below =
                    path.stream().takeWhile(certificate -> !listed.contains(certificate)).toList();
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(below), rules);
            return signsCode(own)
                    ? Verdict.accepted("signed by " + who)
                    : Verdict.refused(
                            "is signed by " + who + ", whose certificate is not for signing code");
        } catch (CertPathValidatorException e) {
            return Verdict.refused(
                    e.getReason() == CertPathValidatorException.BasicReason.EXPIRED
                            ? "is signed by "
                                    + who
                                    + ", whose certificate or an issuer's has expired"
                            : "is signed by " + who + ", which is not listed");
        } catch (GeneralSecurityException e) {
            return Verdict.refused("is signed by " + who + ", which cannot be checked: " + e);
        }
    }

    private static Verdict validAt(X509Certificate certificate, Instant now, String who) {
        try {
            certificate.checkValidity(Date.from(now));
            return Verdict.accepted("signed by " + who);
        } catch (CertificateExpiredException e) {
            return Verdict.refused(
                    "is signed by "
                            + who
                            + ", whose certificate has expired on "
                            + certificate.getNotAfter().toInstant());
        } catch (CertificateException e) {
            return Verdict.refused(
                    "is signed by "
                            + who
                            + ", whose certificate is not valid before "
                            + certificate.getNotBefore().toInstant());
        }
    }

    private static boolean signsCode(X509Certificate certificate) throws CertificateException {
        boolean[] usage = certificate.getKeyUsage();
        List<String> purposes = certificate.getExtendedKeyUsage();
        return (usage == null || usage[0])
                && (purposes == null
                        || purposes.contains(CODE_SIGNING)
                        || purposes.contains(ANY_PURPOSE));
    }
}

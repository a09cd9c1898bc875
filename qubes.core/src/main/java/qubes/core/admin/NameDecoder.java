package qubes.core.admin;

import java.util.regex.Pattern;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesInvalidLabelError;
import qubes.core.error.QubesInvalidTagError;
import qubes.core.error.QubesValueError;
import qubes.core.value.DomainName;

/** What a caller sent, as the name of something (spec admin-protocol §3.2 and §8). */
public final class NameDecoder {
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern FEATURE = Pattern.compile("[a-zA-Z0-9_.-]+");
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_.-]*");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9:_.-]*");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    static final String LETTERS_AND_DIGITS =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String SAFE_SET = LETTERS_AND_DIGITS + "-_.";

    private NameDecoder() {}

    /**
     * {@return a name that a domain may have}
     *
     * @param untrusted what a caller sent
     * @throws QubesValueError if it may not
     */
    public static DomainName domainName(Untrusted untrusted) {
        return DomainName.parse(
                Decoder.ascii(
                        untrusted,
                        () -> new QubesValueError("VM name contains illegal characters")));
    }

    /**
     * {@return the name of a feature to set}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if it has other characters than letters, digits, {@code _}, {@code .}
     *     and {@code -}
     */
    public static String featureName(Untrusted untrusted) {
        ProtocolError illegal = new ProtocolError("feature name contains illegal characters");
        String name = Decoder.ascii(untrusted, () -> illegal);
        if (!FEATURE.matcher(name).matches()) {
            throw illegal;
        }
        return name;
    }

    /**
     * {@return a tag}
     *
     * @param untrusted what a caller sent
     * @throws QubesInvalidTagError if it is empty or has other characters than letters, digits,
     *     {@code _} and {@code -}
     */
    public static String tag(Untrusted untrusted) {
        if (untrusted.isEmpty()) {
            throw new QubesInvalidTagError("tag cannot be empty");
        }
        String tag = Decoder.text(untrusted);
        if (!TAG.matcher(tag).matches()) {
            throw new QubesInvalidTagError("disallowed characters");
        }
        return tag;
    }

    /**
     * {@return the name of a backup profile, a file's name without its ending}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if it holds a slash
     */
    public static String backupProfile(Untrusted untrusted) {
        String name = Decoder.text(untrusted);
        if (name.indexOf('/') >= 0) {
            throw new ProtocolError("Backup profile ID must not contain forward slash character");
        }
        return name;
    }

    /**
     * {@return what may be the name of a label}
     *
     * @param untrusted what a caller sent
     * @throws QubesInvalidLabelError if it has other characters than letters, digits, {@code _},
     *     {@code .} and {@code -}
     */
    public static String labelName(Untrusted untrusted) {
        String name = Decoder.text(untrusted);
        if (name.isEmpty() || !SAFE.matcher(name).matches()) {
            throw new QubesInvalidLabelError("Label must be in safe set: " + SAFE_SET);
        }
        return name;
    }

    /**
     * {@return the name of a new label, or of one that is meant by name and not by index}
     *
     * @param untrusted what a caller sent
     * @throws QubesInvalidLabelError also if it is a number
     */
    public static String labelNameNoIndex(Untrusted untrusted) {
        String name = labelName(untrusted);
        if (DIGITS.matcher(name).matches()) {
            throw new QubesInvalidLabelError("Label must not be a digit");
        }
        return name;
    }

    /**
     * {@return the name of a storage pool to add}
     *
     * @param name what a caller wrote
     * @throws ProtocolError if it has other characters than letters, digits, {@code _}, {@code .}
     *     and {@code -}
     */
    public static String poolName(String name) {
        if (!SAFE.matcher(name).matches()) {
            throw new ProtocolError("Pool name must be in safe set: " + SAFE_SET);
        }
        return name;
    }

    /**
     * {@return the token of a volume's copy; blanks around it are dropped}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if it is no ASCII
     */
    public static String token(Untrusted untrusted) {
        return Decoder.ascii(
                        untrusted, () -> new ProtocolError("Token contains non-ASCII characters"))
                .strip();
    }

    /**
     * {@return the id of a revision; blanks around it are dropped}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if it has characters that no revision has
     */
    public static String revision(Untrusted untrusted) {
        ProtocolError illegal = new ProtocolError("Revision contains illegal characters");
        String revision = Decoder.ascii(untrusted, () -> illegal).strip();
        if (!REVISION.matcher(revision).matches()) {
            throw illegal;
        }
        return revision;
    }
}

package qubes.client;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as users write them: bytes, or with a unit. */
final class Size {
    private static final Pattern SIZE =
            Pattern.compile("([0-9]{1,18}) *(?:([KMGT])(I?)B?|B)?", Pattern.CASE_INSENSITIVE);

    private Size() {}

    /**
     * Bytes.
     *
     * @throws UsageError if it is no size, or more than a volume can have
     */
    static long bytes(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new UsageError("no size: " + Text.quote(text) + "; write 500M or 10GiB");
        }
        try {
            String unit = size.group(2);
            if (unit == null) {
                return Long.parseLong(size.group(1));
            }
            long step = size.group(3).isEmpty() ? 1000 : 1024;
            long bytes = Long.parseLong(size.group(1));
            for (int i = "KMGT".indexOf(unit.toUpperCase(Locale.ROOT)); i >= 0; i--) {
                bytes = Math.multiplyExact(bytes, step);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new UsageError("more than a volume can have: " + Text.quote(text));
        }
    }
}

package qubes.trust;

/** Text of others, for the log. */
final class Shown {
    private static final int LONGEST = 200;

    private Shown() {}

    /** In quotes, in one line and in ASCII, and not longer than is good for a line. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints()
                .limit(LONGEST)
                .forEach(
                        letter -> {
                            if (letter == '\\' || letter == '\'') {
                                quoted.append('\\').appendCodePoint(letter);
                            } else if (letter >= ' ' && letter < 0x7f) {
                                quoted.appendCodePoint(letter);
                            } else {
                                quoted.append("\\u{")
                                        .append(Integer.toHexString(letter))
                                        .append('}');
                            }
                        });
        if (text.codePointCount(0, text.length()) > LONGEST) {
            quoted.append("...");
        }
        return quoted.append("'").toString();
    }
}

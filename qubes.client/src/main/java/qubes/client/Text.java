package qubes.client;

/** Text as the stock tools show it. */
final class Text {
    private Text() {}

    /** In single quotes, or in double ones if it has a single quote. */
    static String quote(String text) {
        return text.contains("'") && !text.contains("\"")
                ? "\"" + text + "\""
                : "'" + text.replace("'", "\\'") + "'";
    }

    /** The two sides of {@code KEY=VALUE}. */
    static String[] pair(String option, String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new UsageError(option + " needs NAME=VALUE, not " + quote(text));
        }
        return new String[] {text.substring(0, equals), text.substring(equals + 1)};
    }

    /** A message on one line. */
    static String message(RuntimeException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}

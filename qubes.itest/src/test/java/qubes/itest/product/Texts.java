package qubes.itest.product;

/** Stores that tests write. */
final class Texts {
    private Texts() {}

    /** A store with dom0 and {@code domains}. */
    static String store(String... domains) {
        return storeWith("", domains);
    }

    /** A store with {@code more} elements of the root, dom0 and {@code domains}. */
    static String storeWith(String more, String... domains) {
        return "<qubes>\n"
                + more
                + "<domains>\n<domain id=\"domain-0\" class=\"AdminVM\"/>\n"
                + String.join("\n", domains)
                + "\n</domains>\n</qubes>\n";
    }

    /** A domain without volumes; its uuid is its qid's. */
    static String domain(int qid, String klass, String name, String more) {
        return domain(qid, klass, name, qid, more);
    }

    /** A domain without volumes. */
    static String domain(int qid, String klass, String name, int uuid, String more) {
        return "<domain id=\"domain-%d\" class=\"%s\"><properties>".formatted(qid, klass)
                + property("name", name)
                + property("qid", Integer.toString(qid))
                + property("uuid", "5b1d0b0e-2f0b-4e7e-9d0e-%012d".formatted(uuid))
                + "</properties>"
                + more
                + "</domain>";
    }

    static String property(String name, String value) {
        return "<property name=\"" + name + "\">" + value + "</property>";
    }
}

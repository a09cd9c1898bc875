package qubes.admin.server;

import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.wire.Request;
import qubes.core.admin.Decoder;
import qubes.core.admin.Untrusted;
import qubes.core.error.Repr;

/**
 * One line for each call: who called what on whom, how it ended and how long it took. A line is
 * {@code key=value} pairs with blanks in between; a value that is not just letters, digits and
 * {@code _.:@/+-} is quoted. Payloads are never shown.
 *
 * <p>Calls by dom0 are logged only if asked for (spec admin-protocol §1, {@code --log-dom0-call}),
 * or if this logger is at level DEBUG.
 */
final class CallLog implements CallListener {
    private static final Logger log = LoggerFactory.getLogger("qubes.admin.calls");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.:@/+-]+");
    private static final int SHOWN = 200;
    private static final double NANOS_PER_MILLI = 1e6;

    private final boolean all;

    /**
     * @param all also calls by dom0
     */
    CallLog(boolean all) {
        this.all = all;
    }

    @Override
    public void answered(Exchange exchange, String outcome) {
        Request request = exchange.request();
        if (all || !request.source().equals("dom0")) {
            log.info("{}", line(exchange, outcome));
        } else if (log.isDebugEnabled()) {
            log.debug("{}", line(exchange, outcome));
        }
    }

    private static String line(Exchange exchange, String outcome) {
        Request request = exchange.request();
        double millis = (System.nanoTime() - exchange.arrivedNanos()) / NANOS_PER_MILLI;
        return "source="
                + shown(request.source())
                + " method="
                + shown(request.method())
                + " argument="
                + argument(request.argument())
                + " destination="
                + shown(request.destination())
                + " payload_bytes="
                + request.payload().size()
                + " outcome="
                + outcome
                + String.format(Locale.ROOT, " ms=%.3f", millis);
    }

    private static String argument(Untrusted argument) {
        String text = Decoder.shown(argument);
        if (text.length() <= SHOWN && PLAIN.matcher(text).matches()) {
            return text;
        }
        String quoted = Decoder.quoted(argument);
        return quoted.length() <= SHOWN
                ? quoted
                : quoted.substring(0, SHOWN) + "..." + quoted.charAt(0);
    }

    private static String shown(String text) {
        String cut = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
        return PLAIN.matcher(cut).matches() ? cut : Repr.quote(cut);
    }
}

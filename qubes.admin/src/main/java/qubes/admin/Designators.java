package qubes.admin;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import qubes.admin.wire.Request;
import qubes.core.admin.Unanswerable;
import qubes.core.error.QubesVMInvalidUUIDError;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/** How callers name a domain: by name or by {@code uuid:} (spec admin-protocol §3.1). */
final class Designators {
    private static final String UUID_PREFIX = "uuid:";
    private static final int UUID_LENGTH = 41;
    private static final Pattern FIRST_GROUPS =
            Pattern.compile(
                    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-.{12}", Pattern.DOTALL);
    private static final Pattern LAST_GROUP = Pattern.compile("[0-9a-fA-F]{12}");

    private final Qubes qubes;

    Designators(Qubes qubes) {
        this.qubes = qubes;
    }

    /**
     * The domain meant.
     *
     * @throws qubes.core.error.QubesException if there is none, or none could have that name
     * @throws Unanswerable for what the original does not answer
     */
    BaseVM find(String designator) {
        if (designator.equals("dom0")) {
            return qubes.admin();
        }
        if (Request.beyondAscii(designator)) {
            throw new Unanswerable("a designator of a qube has characters beyond ASCII");
        }
        if (designator.startsWith(UUID_PREFIX)) {
            return qubes.find(uuid(designator))
                    .orElseThrow(() -> new QubesVMNotFoundError(designator));
        }
        Optional<BaseVM> found =
                designator.isEmpty() ? Optional.empty() : qubes.find(new DomainName(designator));
        return found.orElseGet(() -> qubes.domain(DomainName.parse(designator)));
    }

    private static UUID uuid(String designator) {
        String text = designator.substring(UUID_PREFIX.length());
        if (designator.length() != UUID_LENGTH || !FIRST_GROUPS.matcher(text).matches()) {
            throw new QubesVMInvalidUUIDError(text);
        }
        if (!LAST_GROUP.matcher(text.substring(24)).matches()) {
            throw new Unanswerable("the last group of a uuid is not hexadecimal");
        }
        return UUID.fromString(text);
    }
}

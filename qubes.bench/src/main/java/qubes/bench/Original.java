package qubes.bench;

import java.util.Optional;

/**
 * What the original answered, measured once on a like machine of two cores: calls per second at 100
 * and 1000 domains. They hold as orders of magnitude; a ratio to them says no more than that.
 */
enum Original {
    LIST("admin.vm.List", 562, 793, 71, 92),
    GET("admin.vm.property.Get", 1594, 2922, 350, 520),
    GET_ALL("admin.vm.property.GetAll", 737, 973, 163, 184),
    SET("admin.vm.property.Set", 39.0, 51, 4.5, 5.7);

    private final String method;
    private final double alone100;
    private final double sixteen100;
    private final double alone1000;
    private final double sixteen1000;

    Original(
            String method,
            double alone100,
            double sixteen100,
            double alone1000,
            double sixteen1000) {
        this.method = method;
        this.alone100 = alone100;
        this.sixteen100 = sixteen100;
        this.alone1000 = alone1000;
        this.sixteen1000 = sixteen1000;
    }

    String method() {
        return method;
    }

    /** Calls per second with that many domains and callers; absent where it was not measured. */
    Optional<Double> callsPerSecond(int domains, int callers) {
        if (callers != 1 && callers != 16) {
            return Optional.empty();
        }
        return switch (domains) {
            case 100 -> Optional.of(callers == 1 ? alone100 : sixteen100);
            case 1000 -> Optional.of(callers == 1 ? alone1000 : sixteen1000);
            default -> Optional.empty();
        };
    }
}

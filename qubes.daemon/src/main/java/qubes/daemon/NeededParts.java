package qubes.daemon;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The parts that no system can do without: whether they started, and if not, why. */
final class NeededParts {
    // what fails in the first makes the next fail: the first has the reason
    private static final List<String> BUNDLES = List.of("qubes.core", "qubes.admin");

    private static final String CAUSE = "Caused by: ";
    private static final String OURS = "qubes.";
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final ServiceComponentRuntime components;

    NeededParts(ServiceComponentRuntime components) {
        this.components = components;
    }

    /**
     * Waits until all of them are there, one failed, or {@code patience} is over.
     *
     * @return why the system cannot work; absent if it can
     * @throws InterruptedException if the process ends meanwhile
     */
    Optional<String> await(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            List<ComponentDescriptionDTO> needed = needed();
            Optional<String> failure = needed.stream().flatMap(this::failures).findFirst();
            if (failure.isPresent()) {
                return failure;
            }
            Optional<ComponentDescriptionDTO> missing =
                    needed.stream().filter(component -> !active(component)).findFirst();
            if (missing.isEmpty()) {
                return Optional.empty();
            }
            if (System.nanoTime() > end) {
                return missing.map(
                        component ->
                                component.name
                                        + " did not start in "
                                        + patience.toSeconds()
                                        + " s, see the log");
            }
            // the runtime tells nobody of failures: it can only be asked
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
    }

    /** True if all of them are there now. */
    boolean running() {
        List<ComponentDescriptionDTO> needed = needed();
        return BUNDLES.stream()
                        .allMatch(
                                name ->
                                        needed.stream()
                                                .anyMatch(
                                                        it -> it.bundle.symbolicName.equals(name)))
                && needed.stream().allMatch(this::active);
    }

    /** Components that start by themselves, those that others need first. */
    private List<ComponentDescriptionDTO> needed() {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> BUNDLES.contains(component.bundle.symbolicName))
                .filter(component -> component.immediate)
                .sorted(
                        Comparator.comparingInt(
                                component -> BUNDLES.indexOf(component.bundle.symbolicName)))
                .toList();
    }

    private boolean active(ComponentDescriptionDTO component) {
        return components.getComponentConfigurationDTOs(component).stream()
                .anyMatch(it -> it.state == ComponentConfigurationDTO.ACTIVE);
    }

    private Stream<String> failures(ComponentDescriptionDTO component) {
        return components.getComponentConfigurationDTOs(component).stream()
                .filter(it -> it.failure != null)
                .map(it -> message(it.failure));
    }

    /**
     * The message in a stack trace that was written for who reads it: that of the outermost error
     * of ours, else of the last cause; without the name of its class unless that is all there is.
     */
    static String message(String stackTrace) {
        List<String> errors =
                Stream.concat(
                                stackTrace.lines().limit(1),
                                stackTrace
                                        .lines()
                                        .filter(it -> it.startsWith(CAUSE))
                                        .map(it -> it.substring(CAUSE.length())))
                        .toList();
        String line =
                errors.stream()
                        .filter(it -> it.startsWith(OURS))
                        .findFirst()
                        .or(() -> errors.stream().reduce((earlier, later) -> later))
                        .orElse("unknown error");
        int colon = line.indexOf(": ");
        return colon > 0 && line.substring(0, colon).matches("[\\w.$]+")
                ? line.substring(colon + 2)
                : line;
    }
}

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
    private static final String CORE = "qubes.core";

    // what fails in the first makes the next fail: the first has the reason
    private static final List<String> ALL = List.of(CORE, "qubes.admin");

    private static final String CAUSE = "Caused by: ";
    private static final String OURS = "qubes.";
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final ServiceComponentRuntime components;

    NeededParts(ServiceComponentRuntime components) {
        this.components = components;
    }

    /**
     * Waits until those of the core are there, one failed, or {@code patience} is over.
     *
     * @return why the system cannot work; absent if it can
     * @throws InterruptedException if the process ends meanwhile
     */
    Optional<String> awaitCore(Duration patience) throws InterruptedException {
        return await(List.of(CORE), patience);
    }

    /** As {@link #awaitCore}, of all of them. */
    Optional<String> awaitAll(Duration patience) throws InterruptedException {
        return await(ALL, patience);
    }

    private Optional<String> await(List<String> bundles, Duration patience)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            List<ComponentDescriptionDTO> needed = needed(bundles);
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

    /** Components that start by themselves, those that others need first. */
    private List<ComponentDescriptionDTO> needed(List<String> bundles) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> bundles.contains(component.bundle.symbolicName))
                .filter(component -> component.immediate)
                .sorted(
                        Comparator.comparingInt(
                                component -> bundles.indexOf(component.bundle.symbolicName)))
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

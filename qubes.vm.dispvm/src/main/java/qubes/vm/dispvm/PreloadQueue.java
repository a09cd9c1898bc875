package qubes.vm.dispvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Globals;

/**
 * The preloaded disposables of one template, oldest first, and how many there may be (spec
 * dispvm.md §4). The features are all it knows: it can be made anew whenever it is needed. Reads
 * never block; changes are short and run under the model lock.
 */
record PreloadQueue(BaseVM template) {
    /** Feature of a template: the names in its queue, separated by blanks. */
    static final String NAMES = "preload-dispvm";

    /** Feature of a template, and of dom0 for the system's default_dispvm: most in the queue. */
    static final String MAXIMUM = "preload-dispvm-max";

    /** Feature of a template, else of dom0: seconds before a gap is filled. */
    static final String DELAY = "preload-dispvm-delay";

    private static final double USUAL_DELAY = 3;

    /** The names in a value of the feature. */
    static List<String> split(String value) {
        return Arrays.stream(value.split("\\s+")).filter(name -> !name.isEmpty()).toList();
    }

    /** The names in the queue, oldest first. */
    List<String> names() {
        return split(template.features().getOrDefault(NAMES, ""));
    }

    boolean contains(BaseVM vm) {
        return names().contains(vm.subjectName());
    }

    /** How many there may be by the template's own feature. */
    int ownMaximum() {
        return PreloadNumbers.count(template.features().getOrDefault(MAXIMUM, ""));
    }

    /** How many there may be by dom0's feature, whichever template it is for; absent if not set. */
    Optional<Integer> systemMaximum() {
        return Optional.ofNullable(template.qubes().admin().features().get(MAXIMUM))
                .map(PreloadNumbers::count);
    }

    /** True if the template's own maximum does not count, dom0's does. */
    boolean overridden() {
        return systemMaximum().isPresent()
                && template.qubes()
                        .find(Globals.DEFAULT_DISPVM)
                        .flatMap(name -> name)
                        .filter(template.name()::equals)
                        .isPresent();
    }

    /** True if the template's maximum changes when dom0's begins or ceases to count for it. */
    boolean distinct() {
        return systemMaximum().orElse(0) != ownMaximum();
    }

    /** How many there may be. */
    int maximum() {
        return overridden() ? systemMaximum().orElse(0) : ownMaximum();
    }

    boolean hasVacancy() {
        return names().size() < maximum();
    }

    /** Seconds before a gap is filled; negative: only once the queue is empty. */
    double delaySeconds() {
        return template.features()
                .findWithAdminvm(DELAY)
                .map(text -> PreloadNumbers.seconds(text).orElse(USUAL_DELAY))
                .orElse(USUAL_DELAY);
    }

    void add(String name) {
        change(
                names -> {
                    List<String> longer = new ArrayList<>(names);
                    longer.add(name);
                    return longer;
                });
    }

    /** Takes a name out; one that is not there, or a template that is away, is left alone. */
    void remove(String name) {
        change(names -> names.stream().filter(other -> !other.equals(name)).toList());
    }

    /**
     * Takes out all but the first.
     *
     * @return the names taken out
     */
    List<String> keepFirst(int most) {
        List<String> dropped = new ArrayList<>();
        change(
                names -> {
                    int kept = Math.min(most, names.size());
                    dropped.addAll(names.subList(kept, names.size()));
                    return names.subList(0, kept);
                });
        return dropped;
    }

    /** Takes out the names of domains that are not there. */
    void keepExisting() {
        change(names -> names.stream().filter(name -> find(name).isPresent()).toList());
    }

    /** The domain of that name. */
    Optional<BaseVM> find(String name) {
        return template.qubes().find(new DomainName(name));
    }

    private void change(UnaryOperator<List<String>> change) {
        Optional<DisposableTemplate> capability = template.find(DisposableTemplate.class);
        if (capability.isEmpty() || !template.available()) {
            return;
        }
        capability
                .get()
                .write(
                        () -> {
                            List<String> before = names();
                            List<String> after = change.apply(before);
                            if (!after.equals(before)) {
                                template.features().set(NAMES, String.join(" ", after));
                            }
                        });
    }
}

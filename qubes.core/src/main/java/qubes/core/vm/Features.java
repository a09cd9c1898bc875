package qubes.core.vm;

import java.util.AbstractMap;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qubes.core.error.Repr;
import qubes.core.event.FeatureDelete;
import qubes.core.event.FeaturePreDelete;
import qubes.core.event.FeaturePreSet;
import qubes.core.event.FeatureSet;

/**
 * The features of one domain: text by name, in insertion order (spec vm-classes §11). A feature is
 * absent, empty (which means false), or anything else (which means true; so {@code 0} is true).
 * Reads see the current state and never block; each single write runs its handlers on the caller's
 * thread, before and after.
 *
 * <p>What {@link Map} offers to change several entries at once, or one depending on what it was, is
 * disarmed: it throws {@link UnsupportedOperationException}, here and in the views. Two ways to
 * change many remain, because the original has them: {@link #clear} and {@link #update}, which say
 * nothing but "one after the other, each with its events".
 */
public final class Features extends AbstractMap<String, String> {
    private final BaseVM vm;

    Features(BaseVM vm) {
        this.vm = vm;
    }

    /**
     * The features of {@code vm} after those of {@code other} were copied onto them, as {@link
     * #update} does: with the values' coercion and with events. What {@code other} does not name
     * stays as it is.
     *
     * @param vm the domain
     * @param other feature to value
     * @throws qubes.core.error.QubesException if a handler refuses one; those before it are copied
     */
    public Features(BaseVM vm, Map<String, ? extends @Nullable Object> other) {
        this(vm);
        update(other);
    }

    /**
     * {@return true if the feature is there and not empty; looks at no other domain}
     *
     * @param feature name of the feature
     */
    public boolean isTrue(String feature) {
        return meansTrue(vm.record().features().get(feature));
    }

    /**
     * {@return true if a value means true}
     *
     * @param value the text of a feature; null if it is not there
     */
    public static boolean meansTrue(@Nullable String value) {
        return value != null && !value.isEmpty();
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return vm.record().features().entrySet();
    }

    @Override
    public Set<String> keySet() {
        return vm.record().features().keySet();
    }

    @Override
    public Collection<String> values() {
        return vm.record().features().values();
    }

    @Override
    public @Nullable String get(Object feature) {
        return vm.record().features().get(feature);
    }

    @Override
    public boolean containsKey(Object feature) {
        return vm.record().features().containsKey(feature);
    }

    /**
     * Sets a feature; true is stored as {@code 1}, false and none as empty, anything else as its
     * text.
     *
     * @param feature name of the feature
     * @param value what is set, coerced as the class says
     * @throws qubes.core.error.QubesException if a handler refuses; nothing is changed then
     */
    public void set(String feature, @Nullable Object value) {
        String text = text(value);
        vm.write(
                () -> {
                    Optional<String> old = Optional.ofNullable(get(feature));
                    vm.fire(new FeaturePreSet(vm, feature, text, old));
                    vm.context().update(record -> record.withFeature(feature, Optional.of(text)));
                    vm.fire(new FeatureSet(vm, feature, text, old));
                });
    }

    /** As {@link #set}. */
    @Override
    public @Nullable String put(String feature, String value) {
        String old = get(feature);
        set(feature, value);
        return old;
    }

    /**
     * Sets each of {@code values}, in their order, as {@link #set} does.
     *
     * @param values feature to value
     * @throws qubes.core.error.QubesException if a handler refuses one; those before it are set
     */
    public void update(Map<String, ? extends @Nullable Object> values) {
        vm.write(() -> values.forEach(this::set));
    }

    /**
     * Removes a feature.
     *
     * @param feature name of the feature
     * @throws NoSuchElementException if it is not there; that it was to be removed was announced
     *     then
     */
    public void delete(String feature) {
        vm.write(
                () -> {
                    vm.fire(new FeaturePreDelete(vm, feature));
                    if (!containsKey(feature)) {
                        throw missing(feature);
                    }
                    vm.context().update(record -> record.withFeature(feature, Optional.empty()));
                    vm.fire(new FeatureDelete(vm, feature));
                });
    }

    /** As {@link #delete}. */
    @Override
    public @Nullable String remove(Object feature) {
        String old = get(feature);
        delete((String) feature);
        return old;
    }

    /** Removes each feature, one after the other, as {@link #delete} does. */
    @Override
    public void clear() {
        vm.write(() -> keySet().forEach(this::delete));
    }

    /** Not supported: {@link #update} does it, and says that it is no single step. */
    @Override
    public void putAll(Map<? extends String, ? extends String> all) {
        throw disarmed("putAll");
    }

    /** Not supported. */
    @Override
    public String putIfAbsent(String feature, String value) {
        throw disarmed("putIfAbsent");
    }

    /** Not supported. */
    @Override
    public boolean remove(Object feature, Object value) {
        throw disarmed("remove of a feature that has a value");
    }

    /** Not supported. */
    @Override
    public boolean replace(String feature, String old, String value) {
        throw disarmed("replace");
    }

    /** Not supported. */
    @Override
    public String replace(String feature, String value) {
        throw disarmed("replace");
    }

    /** Not supported. */
    @Override
    public void replaceAll(BiFunction<? super String, ? super String, ? extends String> function) {
        throw disarmed("replaceAll");
    }

    /** Not supported. */
    @Override
    public String computeIfAbsent(
            String feature, Function<? super String, ? extends @Nullable String> function) {
        throw disarmed("computeIfAbsent");
    }

    /** Not supported. */
    @Override
    public String computeIfPresent(
            String feature,
            BiFunction<? super String, ? super String, ? extends @Nullable String> function) {
        throw disarmed("computeIfPresent");
    }

    /** Not supported. */
    @Override
    public String compute(
            String feature,
            BiFunction<? super String, ? super @Nullable String, ? extends @Nullable String>
                    function) {
        throw disarmed("compute");
    }

    /** Not supported. */
    @Override
    public String merge(
            String feature,
            String value,
            BiFunction<? super String, ? super String, ? extends @Nullable String> function) {
        throw disarmed("merge");
    }

    /**
     * {@return the first value found on the domain and its templates, nearest first; an empty one
     * is found, too}
     *
     * @param feature name of the feature
     * @throws NoSuchElementException if there is none
     */
    public String checkWithTemplate(String feature) {
        return findWithTemplate(feature).orElseThrow(() -> missing(feature));
    }

    /**
     * {@return as {@link #checkWithTemplate(String)}, with what to answer if there is none}
     *
     * @param feature name of the feature
     * @param otherwise what to give if nobody in the chain has it
     */
    public String checkWithTemplate(String feature, String otherwise) {
        return findWithTemplate(feature).orElse(otherwise);
    }

    /**
     * {@return as {@link #checkWithTemplate(String)}, absent if there is none}
     *
     * @param feature name of the feature
     */
    public Optional<String> findWithTemplate(String feature) {
        return along(feature, BaseVM::template);
    }

    /**
     * {@return the first value found on the domain and those that give it network, nearest first;
     * an empty one is found, too}
     *
     * @param feature name of the feature
     * @throws NoSuchElementException if there is none
     */
    public String checkWithNetvm(String feature) {
        return findWithNetvm(feature).orElseThrow(() -> missing(feature));
    }

    /**
     * {@return as {@link #checkWithNetvm(String)}, with what to answer if there is none}
     *
     * @param feature name of the feature
     * @param otherwise what to give if nobody in the chain has it
     */
    public String checkWithNetvm(String feature, String otherwise) {
        return findWithNetvm(feature).orElse(otherwise);
    }

    /**
     * {@return as {@link #checkWithNetvm(String)}, absent if there is none}
     *
     * @param feature name of the feature
     */
    public Optional<String> findWithNetvm(String feature) {
        return along(feature, next -> next.reference("netvm"));
    }

    /**
     * {@return the first value found on the domain, then dom0; an empty one is found, too}
     *
     * @param feature name of the feature
     * @throws NoSuchElementException if there is none
     */
    public String checkWithAdminvm(String feature) {
        return findWithAdminvm(feature).orElseThrow(() -> missing(feature));
    }

    /**
     * {@return as {@link #checkWithAdminvm(String)}, with what to answer if there is none}
     *
     * @param feature name of the feature
     * @param otherwise what to give if nobody in the chain has it
     */
    public String checkWithAdminvm(String feature, String otherwise) {
        return findWithAdminvm(feature).orElse(otherwise);
    }

    /**
     * {@return as {@link #checkWithAdminvm(String)}, absent if there is none}
     *
     * @param feature name of the feature
     */
    public Optional<String> findWithAdminvm(String feature) {
        return orAdmin(feature, Optional.ofNullable(get(feature)));
    }

    /**
     * {@return the first value found on the domain and its templates, nearest first, then dom0; an
     * empty one is found, too}
     *
     * @param feature name of the feature
     * @throws NoSuchElementException if there is none
     */
    public String checkWithTemplateAndAdminvm(String feature) {
        return findWithTemplateAndAdminvm(feature).orElseThrow(() -> missing(feature));
    }

    /**
     * {@return as {@link #checkWithTemplateAndAdminvm(String)}, with what to answer if there is
     * none}
     *
     * @param feature name of the feature
     * @param otherwise what to give if nobody in the chain has it
     */
    public String checkWithTemplateAndAdminvm(String feature, String otherwise) {
        return findWithTemplateAndAdminvm(feature).orElse(otherwise);
    }

    /**
     * {@return as {@link #checkWithTemplateAndAdminvm(String)}, absent if there is none}
     *
     * @param feature name of the feature
     */
    public Optional<String> findWithTemplateAndAdminvm(String feature) {
        return orAdmin(feature, findWithTemplate(feature));
    }

    /** Each domain is asked once: a store may hold chains that lead round in a circle. */
    private Optional<String> along(String feature, Function<BaseVM, Optional<BaseVM>> next) {
        Set<BaseVM> asked = new HashSet<>();
        Optional<BaseVM> at = Optional.of(vm);
        while (at.isPresent() && asked.add(at.get())) {
            String value = at.get().record().features().get(feature);
            if (value != null) {
                return Optional.of(value);
            }
            at = next.apply(at.get());
        }
        return Optional.empty();
    }

    private Optional<String> orAdmin(String feature, Optional<String> found) {
        return found.isPresent()
                ? found
                : Optional.ofNullable(vm.qubes().admin().record().features().get(feature));
    }

    private static String text(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        return value instanceof Boolean flag ? (flag ? "1" : "") : value.toString();
    }

    private NoSuchElementException missing(String feature) {
        return new NoSuchElementException(
                "feature " + Repr.quote(feature) + " is not set for " + vm.name());
    }

    private static UnsupportedOperationException disarmed(String operation) {
        return new UnsupportedOperationException(
                operation + " is not supported on features; set or delete them one by one");
    }
}

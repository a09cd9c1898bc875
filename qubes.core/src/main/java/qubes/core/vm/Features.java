package qubes.core.vm;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qubes.core.event.FeatureDelete;
import qubes.core.event.FeaturePreDelete;
import qubes.core.event.FeaturePreSet;
import qubes.core.event.FeatureSet;

/**
 * The features of one domain: text by name, in insertion order. A feature is absent, empty (which
 * means false), or anything else (which means true; so {@code 0} is true). Reads see the current
 * state and never block; writes fire events.
 */
public final class Features extends AbstractMap<String, String> {
    private final BaseVM vm;

    Features(BaseVM vm) {
        this.vm = vm;
    }

    /** True if the feature is there and not empty. */
    public boolean isTrue(String feature) {
        return meansTrue(vm.record().features().get(feature));
    }

    /** True if a value means true. */
    public static boolean meansTrue(@Nullable String value) {
        return value != null && !value.isEmpty();
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return vm.record().features().entrySet();
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

    @Override
    public @Nullable String put(String feature, String value) {
        String old = get(feature);
        set(feature, value);
        return old;
    }

    /**
     * Removes a feature.
     *
     * @throws java.util.NoSuchElementException if it is not there
     */
    public void delete(String feature) {
        vm.write(
                () -> {
                    vm.fire(new FeaturePreDelete(vm, feature));
                    if (!containsKey(feature)) {
                        throw new java.util.NoSuchElementException(
                                "feature " + feature + " of " + vm.name());
                    }
                    vm.context().update(record -> record.withFeature(feature, Optional.empty()));
                    vm.fire(new FeatureDelete(vm, feature));
                });
    }

    @Override
    public @Nullable String remove(Object feature) {
        String old = get(feature);
        delete((String) feature);
        return old;
    }

    /** Removes each feature, one by one. */
    @Override
    public void clear() {
        vm.record().features().keySet().forEach(this::delete);
    }

    /** Sets each of {@code all}, one by one. */
    @Override
    public void putAll(Map<? extends String, ? extends String> all) {
        all.forEach(this::set);
    }

    /** Not supported: bulk changes would hide what they do from handlers. */
    @Override
    public String putIfAbsent(String feature, String value) {
        throw disarmed("putIfAbsent");
    }

    /** Not supported: bulk changes would hide what they do from handlers. */
    @Override
    public void replaceAll(BiFunction<? super String, ? super String, ? extends String> function) {
        throw disarmed("replaceAll");
    }

    /** Not supported: bulk changes would hide what they do from handlers. */
    @Override
    public String computeIfAbsent(
            String feature, Function<? super String, ? extends @Nullable String> function) {
        throw disarmed("computeIfAbsent");
    }

    /** The first value found on the domain and its templates, nearest first. */
    public Optional<String> checkWithTemplate(String feature) {
        return along(feature, BaseVM::template);
    }

    /** The first value found on the domain and the domains that give it network, nearest first. */
    public Optional<String> checkWithNetvm(String feature) {
        return along(feature, next -> next.reference("netvm"));
    }

    /** The value of the domain, or else dom0's. */
    public Optional<String> checkWithAdminvm(String feature) {
        Optional<String> own = Optional.ofNullable(get(feature));
        return own.isPresent()
                ? own
                : Optional.ofNullable(vm.qubes().admin().features().get(feature));
    }

    /** The first value found on the domain, its templates, then dom0. */
    public Optional<String> checkWithTemplateAndAdminvm(String feature) {
        Optional<String> found = checkWithTemplate(feature);
        return found.isPresent()
                ? found
                : Optional.ofNullable(vm.qubes().admin().features().get(feature));
    }

    private Optional<String> along(String feature, Function<BaseVM, Optional<BaseVM>> next) {
        Optional<BaseVM> at = Optional.of(vm);
        for (int hops = 0; at.isPresent() && hops < BaseVM.MAX_CHAIN; hops++) {
            String value = at.get().record().features().get(feature);
            if (value != null) {
                return Optional.of(value);
            }
            at = next.apply(at.get());
        }
        return Optional.empty();
    }

    private static String text(@Nullable Object value) {
        if (value == null || value.equals(Boolean.FALSE)) {
            return "";
        }
        return value.equals(Boolean.TRUE) ? "1" : value.toString();
    }

    private static UnsupportedOperationException disarmed(String operation) {
        return new UnsupportedOperationException(
                operation + " is not supported on features; set them one by one");
    }
}

package qubes.core.vm;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import qubes.core.error.Repr;
import qubes.core.event.TagAdd;
import qubes.core.event.TagDelete;

/**
 * The tags of one domain, in the order they were added (spec vm-classes §12). Reads see the current
 * state and never block; a write tells of each tag that it really added or removed, and nobody can
 * refuse it.
 *
 * <p>Changes that depend on what is there ({@link #retainAll}, {@link #removeIf}, removal through
 * the iterator) throw {@link UnsupportedOperationException}, as they do with the original.
 */
public final class Tags extends AbstractSet<String> {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_-]*");

    private final BaseVM vm;

    Tags(BaseVM vm) {
        this.vm = vm;
    }

    @Override
    public Iterator<String> iterator() {
        return vm.record().tags().iterator();
    }

    @Override
    public int size() {
        return vm.record().tags().size();
    }

    @Override
    public boolean contains(Object tag) {
        return vm.record().tags().contains(tag);
    }

    /**
     * Adds a tag; one that is there is left alone, without an event. The empty text is a tag like
     * any other here; clients cannot set it.
     *
     * @throws IllegalArgumentException if it has characters other than letters, digits, {@code _}
     *     and {@code -}
     */
    @Override
    public boolean add(String tag) {
        if (!LEGAL.matcher(tag).matches()) {
            throw new IllegalArgumentException(
                    "a tag has letters, digits, _ and - only, not " + Repr.quote(tag));
        }
        boolean[] added = {false};
        vm.write(
                () -> {
                    Set<String> all = new LinkedHashSet<>(vm.record().tags());
                    if (all.add(tag)) {
                        vm.context().update(record -> record.withTags(all));
                        vm.fire(new TagAdd(vm, tag));
                        added[0] = true;
                    }
                });
        return added[0];
    }

    /**
     * Adds each of {@code tags}, one after the other.
     *
     * @param tags those to add
     */
    public void update(Collection<String> tags) {
        vm.write(() -> tags.forEach(this::add));
    }

    /**
     * Removes a tag if it is there.
     *
     * @param tag the tag
     * @return true if it was there
     */
    public boolean discard(String tag) {
        boolean[] removed = {false};
        vm.write(
                () -> {
                    Set<String> all = new LinkedHashSet<>(vm.record().tags());
                    if (all.remove(tag)) {
                        vm.context().update(record -> record.withTags(all));
                        vm.fire(new TagDelete(vm, tag));
                        removed[0] = true;
                    }
                });
        return removed[0];
    }

    /**
     * Removes a tag.
     *
     * @throws NoSuchElementException if it is not there
     */
    @Override
    public boolean remove(Object tag) {
        if (!(tag instanceof String text) || !discard(text)) {
            throw new NoSuchElementException(
                    "tag " + Repr.quote(String.valueOf(tag)) + " is not set for " + vm.name());
        }
        return true;
    }

    /** Removes each tag, one after the other. */
    @Override
    public void clear() {
        vm.write(() -> List.copyOf(vm.record().tags()).forEach(this::discard));
    }

    /** Not supported. */
    @Override
    public boolean removeAll(Collection<?> tags) {
        throw disarmed("removeAll");
    }

    /** Not supported. */
    @Override
    public boolean retainAll(Collection<?> tags) {
        throw disarmed("retainAll");
    }

    /** Not supported. */
    @Override
    public boolean removeIf(Predicate<? super String> condition) {
        throw disarmed("removeIf");
    }

    private static UnsupportedOperationException disarmed(String operation) {
        return new UnsupportedOperationException(
                operation + " is not supported on tags; add or remove them one by one");
    }
}

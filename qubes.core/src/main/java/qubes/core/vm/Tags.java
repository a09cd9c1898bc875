package qubes.core.vm;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Pattern;
import qubes.core.event.TagAdd;
import qubes.core.event.TagDelete;

/** The tags of one domain. Reads see the current state and never block; writes fire events. */
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
     * Adds a tag; one that is there is left alone, without an event.
     *
     * @throws IllegalArgumentException if it has characters other than letters, digits, {@code _}
     *     and {@code -}
     */
    @Override
    public boolean add(String tag) {
        if (!LEGAL.matcher(tag).matches()) {
            throw new IllegalArgumentException("a tag has letters, digits, _ and - only: " + tag);
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

    /** Removes a tag if it is there. */
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
            throw new NoSuchElementException("tag " + tag + " of " + vm.name());
        }
        return true;
    }

    /** Removes each tag, one by one. */
    @Override
    public void clear() {
        Set.copyOf(vm.record().tags()).forEach(this::discard);
    }
}

package qubes.core.event;

import java.util.Map;
import qubes.core.property.PropertyHolder;

/** A tag was removed. */
public record TagDelete(PropertyHolder subject, String tag) implements Event {
    /**
     * {@return the events of one tag; the name may hold wildcards}
     *
     * @param tag the tag, which may hold wildcards
     */
    public static EventPattern<TagDelete> of(String tag) {
        return EventPattern.of(TagDelete.class, "domain-tag-delete:" + tag);
    }

    @Override
    public String wireName() {
        return "domain-tag-delete:" + tag;
    }

    @Override
    public Object topic() {
        return tag;
    }

    @Override
    public Map<String, Object> arguments() {
        return Map.of("tag", tag);
    }
}

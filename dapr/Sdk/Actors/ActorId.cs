using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Dapr.Actors;

/// <summary>
/// The id of an actor, unique within its type. In JSON it is a plain string. A sidecar takes ASCII without <c>/ # ? % +</c>. Two ids that
/// differ in case compare as equal, as in the official SDK, but are two actors: dictionaries and sidecars keep them apart.
/// </summary>
[DataContract(Name = "ActorId")]
[JsonConverter(typeof(ActorIdJsonConverter))]
#pragma warning disable CA1036, MA0077, MA0094, MA0097 // The official type has neither these interfaces nor operators of order.
public class ActorId
#pragma warning restore CA1036, MA0077, MA0094, MA0097
{
    [DataMember(Name = "ActorId", Order = 0, IsRequired = true)]
    private readonly string _id;

    /// <summary>An id.</summary>
    /// <exception cref="ArgumentException">The id is null, empty or white space.</exception>
    public ActorId(string id)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            throw new ArgumentException("The id of an actor cannot be null, empty or white space.", nameof(id));
        }

        _id = id;
    }

    /// <summary>Whether two ids are the same but for case, or both null.</summary>
    public static bool operator ==(ActorId? id1, ActorId? id2) => id1 is null ? id2 is null : id1.Equals(id2);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(ActorId? id1, ActorId? id2) => !(id1 == id2);

    /// <summary>A new id: a GUID with hyphens.</summary>
    public static ActorId CreateRandom() => new(Guid.NewGuid().ToString("D"));

    /// <summary>The id as text.</summary>
    public string GetId() => _id;

    /// <inheritdoc />
    public override string ToString() => _id;

    /// <summary>The hash of the text, in which case counts.</summary>
    public override int GetHashCode() => _id.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ActorId);

    /// <summary>Whether the other id is the same but for case.</summary>
    public bool Equals(ActorId? other) => other is not null && string.Equals(_id, other._id, StringComparison.OrdinalIgnoreCase);

    /// <summary>The order of the texts, ignoring case; every id comes after null.</summary>
    public int CompareTo(ActorId? other) => other is null ? 1 : string.Compare(_id, other._id, StringComparison.OrdinalIgnoreCase);
}

using System.Text.Json.Serialization;
using Dapr.Actors;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Groups;

/// <summary>
/// The bundles of one engine replica, reserved together (actor id = group id). It finds room by itself: at once if there is some, else when
/// there is, and again when a node is lost. It calls the cluster and the nodes' ledgers. Every call may be repeated.
/// </summary>
public interface IPlacementGroupActor : IActor
{
    /// <summary>Actor type.</summary>
    const string ActorType = "PlacementGroup";

    /// <summary>Asks for the bundles; a repeated call only looks again whether there is room.</summary>
    Task<GroupStatus> CreateAsync(PlacementRequest request);

    /// <summary>Gives everything back. The group is not to be created again.</summary>
    Task RemoveAsync();

    /// <summary>How the group stands.</summary>
    Task<GroupStatus> GetAsync();
}

/// <summary>Where a placement group stands; Ray's states.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GroupState>))]
public enum GroupState
{
    /// <summary>It waits for room.</summary>
    [JsonStringEnumMemberName("PENDING")]
    Pending,

    /// <summary>Every bundle is held on its node; they are being committed.</summary>
    [JsonStringEnumMemberName("PREPARED")]
    Prepared,

    /// <summary>The bundles are its own.</summary>
    [JsonStringEnumMemberName("CREATED")]
    Created,

    /// <summary>Everything is given back, or on its way back.</summary>
    [JsonStringEnumMemberName("REMOVED")]
    Removed,

    /// <summary>A node of it was lost: it waits for room elsewhere.</summary>
    [JsonStringEnumMemberName("RESCHEDULING")]
    Rescheduling,
}

/// <summary>A placement group, as others see it.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Attempt">Counts its placements: another attempt lies elsewhere.</param>
/// <param name="Bundles">Where its bundles lie, when it is created; else empty.</param>
/// <param name="Reason">What it waits for, in words. Null when it waits for nothing.</param>
/// <param name="Infeasible">Whether waiting is in vain.</param>
/// <param name="Wanted">Whether another group waits for room while this one holds some. Default: false.</param>
public sealed record GroupStatus(GroupState State, int Attempt, IReadOnlyList<PlacedBundle> Bundles, string? Reason, bool Infeasible, bool Wanted = false);

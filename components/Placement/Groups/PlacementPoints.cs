namespace Serverless.Placement.Groups;

/// <summary>Named points between the steps of a placement, at which a test makes the process fail.</summary>
public static class PlacementPoints
{
    /// <summary>The nodes hold the bundles; the group has not noted it.</summary>
    public const string Holding = "placement.group.holding";

    /// <summary>The group is PREPARED; nothing is committed.</summary>
    public const string Prepared = "placement.group.prepared";
}

namespace Serverless.Placement.Pools.Leases;

/// <summary>An attempt that waits or is in work.</summary>
internal sealed class Ticket(int group, ShardTicket value, DateTimeOffset notBefore, long order)
{
    public int Group { get; } = group;

    public ShardTicket Value { get; } = value;

    public DateTimeOffset NotBefore { get; } = notBefore;

    /// <summary>When it was offered, among all.</summary>
    public long Order { get; } = order;

    /// <summary>Who has it; null while it waits.</summary>
    public string? Replica { get; set; }

    /// <summary>Since when.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>Whether it came out of the store: some replica may have it, and will say so.</summary>
    public bool Unclaimed { get; set; }
}

/// <summary>The order in which a job's attempts are handed out: those that wait for no time first, then as offered.</summary>
internal sealed class TicketOrder : IComparer<Ticket>
{
    public static TicketOrder Instance { get; } = new();

    public int Compare(Ticket? x, Ticket? y)
    {
        var byTime = x!.NotBefore.CompareTo(y!.NotBefore);
        return byTime != 0 ? byTime : x.Order.CompareTo(y.Order);
    }
}

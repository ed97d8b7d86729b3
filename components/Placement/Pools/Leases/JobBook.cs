namespace Serverless.Placement.Pools.Leases;

/// <summary>One job's part of the book.</summary>
internal sealed class JobBook(JobAttachment attachment)
{
    private readonly Dictionary<int, Ticket> _tickets = [];
    private readonly SortedSet<Ticket> _queue = new(TicketOrder.Instance);
    private readonly Dictionary<int, int> _ended = [];

    public JobAttachment Attachment { get; set; } = attachment;

    public bool Paused { get; set; }

    public bool Stopped { get; set; }

    /// <summary>Attempts that are not over: waiting or in work.</summary>
    public IReadOnlyCollection<Ticket> Tickets => _tickets.Values;

    public int Leased { get; private set; }

    public int Waiting => _tickets.Count - Leased;

    public bool HandsOut => !Paused && !Stopped;

    /// <summary>The highest attempt at a shard that is waiting, in work or over; 0 for none.</summary>
    public int AttemptOf(int shard) => Math.Max(_tickets.TryGetValue(shard, out var ticket) ? ticket.Value.Attempt : 0, _ended.GetValueOrDefault(shard));

    public Ticket? Find(int shard) => _tickets.GetValueOrDefault(shard);

    /// <summary>Puts an attempt in the place of any lower one.</summary>
    public void Add(Ticket ticket)
    {
        Remove(ticket.Value.Shard);
        _tickets[ticket.Value.Shard] = ticket;
        if (!ticket.Unclaimed)
        {
            _queue.Add(ticket);
        }
    }

    public void Lease(Ticket ticket, string replica, DateTimeOffset now)
    {
        _queue.Remove(ticket);
        (ticket.Replica, ticket.Since, ticket.Unclaimed) = (replica, now, false);
        Leased++;
    }

    /// <summary>The attempt is over: the same one is not taken again.</summary>
    public void End(Ticket ticket)
    {
        Remove(ticket.Value.Shard);
        _ended[ticket.Value.Shard] = ticket.Value.Attempt;
    }

    public void QueueUnclaimed()
    {
        foreach (var ticket in _tickets.Values.Where(ticket => ticket.Unclaimed))
        {
            ticket.Unclaimed = false;
            _queue.Add(ticket);
        }
    }

    /// <summary>The attempts whose time has come, in order.</summary>
    public IEnumerable<Ticket> Due(DateTimeOffset now) => _queue.TakeWhile(ticket => ticket.NotBefore <= now);

    private void Remove(int shard)
    {
        if (_tickets.Remove(shard, out var ticket))
        {
            _queue.Remove(ticket);
            Leased -= ticket.Replica is null ? 0 : 1;
        }
    }
}

using System.Globalization;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;

namespace Serverless.Jobs.Catalog;

/// <summary>Keeps entries in pages of <see cref="PageSize"/>, so that a new state writes one page however many jobs the day has.</summary>
public sealed class CatalogActor(ActorHost host, IActorProxyFactory actors) : Actor(host), ICatalogActor
{
    private const int PageSize = 100;
    private const string DaysKey = "days", CountKey = "pages";

    private readonly List<List<CatalogEntry>> _pages = [];
    private readonly Dictionary<string, int> _pageOf = [];
    private List<DateOnly> _days = [];

    /// <summary>The id of a tenant's day.</summary>
    public static string IdOf(string tenant, DateOnly day) => $"{tenant}@{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    /// <summary>The id of a tenant's days.</summary>
    public static string DaysIdOf(string tenant) => $"{tenant}@{DaysKey}";

    /// <inheritdoc />
    protected override async Task OnActivateAsync()
    {
        var count = await StateManager.TryGetStateAsync<int>(CountKey);
        for (var page = 0; page < (count.HasValue ? count.Value : 0); page++)
        {
            var entries = await StateManager.GetStateAsync<List<CatalogEntry>>(PageKey(page));
            _pages.Add(entries);
            foreach (var entry in entries)
            {
                _pageOf[entry.JobId] = page;
            }
        }

        var days = await StateManager.TryGetStateAsync<List<DateOnly>>(DaysKey);
        _days = days.HasValue ? days.Value : [];
    }

    /// <inheritdoc />
    public async Task PutAsync(CatalogEntry entry)
    {
        if (_pages.Count == 0)
        {
            var (tenant, day) = Id.GetId().Split('@') is [var left, var right] ? (left, right) : throw new InvalidOperationException($"{Id} is no day of a tenant");
            await actors.CreateActorProxy<ICatalogActor>(new ActorId(DaysIdOf(tenant)), ICatalogActor.ActorType)
                .AddDayAsync(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        if (!_pageOf.TryGetValue(entry.JobId, out var page))
        {
            if (_pages.Count == 0 || _pages[^1].Count >= PageSize)
            {
                _pages.Add([]);
            }

            page = _pages.Count - 1;
            _pageOf[entry.JobId] = page;
        }

        _pages[page].RemoveAll(other => other.JobId == entry.JobId);
        _pages[page].Add(entry);
        await SaveAsync(page);
    }

    /// <inheritdoc />
    public async Task RemoveAsync(string jobId)
    {
        if (_pageOf.Remove(jobId, out var page))
        {
            _pages[page].RemoveAll(entry => entry.JobId == jobId);
            await SaveAsync(page);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<CatalogEntry>> FindAsync(CatalogQuery query) => Task.FromResult<IReadOnlyList<CatalogEntry>>(
    [
        .. _pages.SelectMany(page => page).Where(query.Matches)
            .OrderByDescending(entry => entry.SubmittedAt).ThenBy(entry => entry.JobId, StringComparer.Ordinal).Take(query.Limit),
    ]);

    /// <inheritdoc />
    public async Task AddDayAsync(DateOnly day)
    {
        if (!_days.Contains(day))
        {
            _days.Add(day);
            await StateManager.SetStateAsync(DaysKey, _days);
            await StateManager.SaveStateAsync();
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<DateOnly>> GetDaysAsync() => Task.FromResult<IReadOnlyList<DateOnly>>([.. _days.OrderDescending()]);

    private static string PageKey(int page) => $"page-{page.ToString(CultureInfo.InvariantCulture)}";

    private async Task SaveAsync(int page)
    {
        await StateManager.SetStateAsync(PageKey(page), _pages[page]);
        await StateManager.SetStateAsync(CountKey, _pages.Count);
        await StateManager.SaveStateAsync();
    }
}

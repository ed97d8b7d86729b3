using System.Reflection;
using System.Text.Json;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Status;
using Serverless.Contracts.Validation;

namespace Serverless.Contracts.Tests;

public sealed class StatusTests
{
    static readonly JobStatus[] All = Enum.GetValues<JobStatus>();

    [Fact]
    public void Every_state_can_be_reached_from_queued_and_leads_to_an_end()
    {
        Reachable(JobStatus.Queued).ShouldBe(All, ignoreOrder: true);
        foreach (var status in All)
            Reachable(status).ShouldContain(end => JobTransitions.IsFinal(end));
    }

    [Fact]
    public void Nothing_follows_an_end()
    {
        foreach (var end in All.Where(JobTransitions.IsFinal))
            All.Where(next => next != end && JobTransitions.IsAllowed(end, next)).ShouldBeEmpty();
        All.Where(JobTransitions.IsFinal).ShouldBe([JobStatus.Completed, JobStatus.CompletedWithErrors, JobStatus.Failed, JobStatus.Cancelled, JobStatus.Expired]);
    }

    [Fact]
    public void Rows_are_complete_only_after_finalizing() =>
        All.Where(status => JobTransitions.After(status).Any(JobTransitions.HasAllRows)).ShouldBe([JobStatus.Finalizing]);

    [Fact]
    public void The_page_about_states_says_what_the_code_does()
    {
        var rows = File.ReadLines(Clone.PathOf("docs", "job-status.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Select(cells => $"{cells[1]}: {cells[3]}");
        rows.ShouldBe(All.Select(status => $"{Name(status)}: {string.Join(", ", JobTransitions.After(status).Select(Name))}"), ignoreOrder: true);
    }

    static string Name(JobStatus status) => JsonSerializer.Serialize(status).Trim('"');

    [Fact]
    public void States_are_written_in_snake_case() =>
        JsonSerializer.Serialize(JobStatus.CompletedWithErrors).ShouldBe("\"completed_with_errors\"");

    [Fact]
    public void Every_error_code_has_a_class()
    {
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToList();
        codes.Order().ShouldBe(ErrorTable.All.Keys.Order());
        ErrorTable.ClassOf("of_a_newer_version").ShouldBe(ErrorClass.Permanent);
    }

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("messages", "mesasges", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void Distances_count_edits_and_swaps(string a, string b, int distance) => NearestName.Distance(a, b).ShouldBe(distance);

    [Theory]
    [InlineData("a", true)]
    [InlineData("Job-1.2_3", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    public void Ids_can_stand_in_a_path(string id, bool valid) => JobId.IsValid(id).ShouldBe(valid);

    [Fact]
    public void Made_ids_are_valid_distinct_and_in_the_order_of_time()
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(56);
        var ids = Enumerable.Range(0, 100).Select(i => JobId.Create(start.AddMilliseconds(i))).ToList();
        ids.ShouldAllBe(id => JobId.IsValid(id));
        ids.ShouldBeUnique();
        ids.Order(StringComparer.Ordinal).ShouldBe(ids);
    }

    static HashSet<JobStatus> Reachable(JobStatus from)
    {
        HashSet<JobStatus> seen = [from];
        var queue = new Queue<JobStatus>(seen);
        while (queue.TryDequeue(out var status))
        {
            foreach (var next in JobTransitions.After(status).Where(seen.Add))
                queue.Enqueue(next);
        }

        return seen;
    }
}

using System.Text.Json;
using Dapr.Protocol;
using Microsoft.Data.Sqlite;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Load;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests;

/// <summary>Rows that were changed behind the sidecar's back: whose they are waits for a person, everybody else goes on, and nothing spins.</summary>
public sealed class CorruptRowTests(RigFixture fixture) : IClassFixture<RigFixture>
{
    private const int MaxLogLines = 60;

    public enum Damage
    {
        FlippedByte,
        Truncated,
        WrongChecksum,
    }

    [Theory]
    [InlineData("workflow_events", "event", Damage.FlippedByte)]
    [InlineData("workflow_events", "event", Damage.Truncated)]
    [InlineData("workflow_turns", "events", Damage.FlippedByte)]
    [InlineData("workflow_turns", "events", Damage.WrongChecksum)]
    [InlineData("workflow_instances", "name", Damage.WrongChecksum)]
    public async Task A_workflow_with_a_damaged_row_is_stalled_with_the_reason_and_all_others_run(string table, string column, Damage damage)
    {
        var rig = fixture.Rig;
        string victim = $"victim-{table}-{damage}", healthy = $"healthy-{table}-{damage}";
        await WaitForWordAsync(rig, victim);
        await WaitForWordAsync(rig, healthy);

        await rig.EditStateAsync(state => Spoil(
            state, table, column, damage, "execution_key = (SELECT execution_key FROM workflow_instances WHERE instance_id = $id)", victim));
        await rig.Workflows.RaiseAsync(healthy, "word", "\"on\"");

        (await rig.Workflows.EndOfAsync(healthy)).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        await rig.Workflows.StateOfAsync(victim, OrchestrationStatus.Stalled);
        IWork after = new Everything(rig, $"after-{table}-{damage}");
        await after.RunAndVerifyAsync();
        await ShouldBeSetAsideOnceAsync(rig, table);
        (await rig.Workflows.GetAsync(victim)).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Stalled);
    }

    [Theory]
    [InlineData(Damage.FlippedByte)]
    [InlineData(Damage.Truncated)]
    public async Task A_damaged_value_of_an_actor_is_an_error_to_its_reader_only(Damage damage)
    {
        var rig = fixture.Rig;
        string victim = $"read-{damage}", healthy = $"read-healthy-{damage}";
        await rig.Actors.AddAsync(victim);
        await rig.Actors.AddAsync(healthy);

        await rig.App.KillAsync();
        await rig.EditStateAsync(state => Spoil(state, "actor_state", "value", damage, "id = $id AND key = 'turns'", victim));

        (await rig.Actors.AddAsync(healthy)).ShouldBe(2);
        using var answer = await rig.Actors.TryAsync(victim, "AddAsync");
        answer.IsSuccessStatusCode.ShouldBeFalse("a damaged value was taken for a whole one");
        await ShouldBeSetAsideOnceAsync(rig, "actor_state");
    }

    [Theory]
    [InlineData(Damage.FlippedByte)]
    [InlineData(Damage.WrongChecksum)]
    public async Task A_damaged_reminder_is_set_aside_and_all_others_come(Damage damage)
    {
        var rig = fixture.Rig;
        string victim = $"reminded-{damage}", healthy = $"reminded-healthy-{damage}";
        foreach (var id in new[] { victim, healthy })
        {
            await rig.Actors.RemindAsync(id, "later", 4000);
        }

        await rig.EditStateAsync(state => Spoil(state, "actor_reminders", "payload", damage, "id = $id", victim));

        await Patience.UntilAsync(
            async () => (await rig.Actors.ReadAsync(healthy)).Reminders.Contains("later"), () => $"the whole reminder comes.\n{rig.Text}");
        await ShouldBeSetAsideOnceAsync(rig, "actor_reminders");
        (await rig.Actors.ReadAsync(victim)).Reminders.ShouldBeEmpty();
    }

    private static async Task WaitForWordAsync(Rig rig, string id)
    {
        await rig.Workflows.StartAsync(id, "ErrandWorkflow", JsonSerializer.Serialize(new { width = 2 }));
        await Patience.UntilAsync(
            async () => (await rig.Workflows.HistoryAsync(id)).Any(entry => entry.ChildWorkflowInstanceCompleted is not null),
            () => $"{id} waits for its word.\n{rig.Text}");
    }

    /// <summary>The row is recorded once, and the log says so in a few lines, however long it lies there.</summary>
    private static async Task ShouldBeSetAsideOnceAsync(Rig rig, string table)
    {
        await Patience.UntilAsync(() => SetAside(rig, table) == 1, () => $"one row of {table} is set aside, not {SetAside(rig, table)}.\n{rig.Text}");
        rig.Sidecar.Current.LineCount.ShouldBeLessThan(MaxLogLines, rig.Sidecar.Current.Text);
        await rig.EditStateAsync(state => StateFile.Text(state, "DELETE FROM quarantine"));
    }

    private static int SetAside(Rig rig, string table)
    {
        using var state = rig.OpenState();
        return int.Parse(StateFile.Text(state, $"SELECT CAST(count(*) AS TEXT) FROM quarantine WHERE source = '{table}'"));
    }

    /// <summary>Damages the rows that a condition finds.</summary>
    private static void Spoil(SqliteConnection state, string table, string column, Damage damage, string condition, string id)
    {
        var change = damage switch
        {
            Damage.FlippedByte => $"{column} = CAST(substr({column}, 1, length({column}) - 1) || x'FE' AS BLOB)",
            Damage.Truncated => $"{column} = CAST(substr({column}, 1, length({column}) / 2) AS BLOB)",
            _ => "checksum = checksum + 1",
        };
        using var command = state.CreateCommand();
        command.CommandText = $"UPDATE {table} SET {change} WHERE {condition}";
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery().ShouldBeGreaterThan(0, $"rows of {id} in {table}");
    }
}

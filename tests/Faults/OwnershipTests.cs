using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests;

/// <summary>State files that a sidecar must not have.</summary>
public sealed class OwnershipTests
{
    [Fact]
    public async Task A_second_sidecar_on_a_state_file_is_refused_with_the_path_and_the_holder()
    {
        using var folder = new TemporaryFolder();
        using var first = Rig.StartSidecarOn(folder["state.db"]);
        await Patience.OfAsync(first.Ready, () => $"the first sidecar listens.\n{first.Text}");

        using var second = Rig.StartSidecarOn(folder["state.db"]);
        var code = await Patience.OfAsync(second.Exit, () => $"the second sidecar ends.\n{second.Text}");

        code.ShouldBe(1, second.Text);
        second.Text.ShouldContain(folder["state.db"]);
        second.Text.ShouldContain($"process {first.Id}");
        second.Text.ShouldNotContain("   at ", Case.Sensitive, "a refusal is no stack trace");
        first.Exit.IsCompleted.ShouldBeFalse("the first sidecar goes on");
    }

    [Theory]
    [InlineData(0, "the header")]
    [InlineData(4096, "all pages but the first")]
    public async Task A_state_file_with_damaged_bytes_is_refused_with_its_path(int from, string what)
    {
        using var folder = new TemporaryFolder();
        using (var first = Rig.StartSidecarOn(folder["state.db"]))
        {
            await Patience.OfAsync(first.Ready, () => $"the first sidecar listens.\n{first.Text}");
            first.Terminate();
            await Patience.OfAsync(first.Exit, () => $"the first sidecar ends.\n{first.Text}");
        }

        Damage(folder["state.db"], from, what);
        using var second = Rig.StartSidecarOn(folder["state.db"]);
        var code = await Patience.OfAsync(second.Exit, () => $"a sidecar on a file with damage in {what} ends.\n{second.Text}");

        code.ShouldBe(1, second.Text);
        second.Text.ShouldContain(folder["state.db"]);
        second.Text.ShouldContain("damaged");
        second.Text.ShouldNotContain("   at ", Case.Sensitive, "a refusal is no stack trace");
    }

    private static void Damage(string path, int from, string what)
    {
        var bytes = File.ReadAllBytes(path);
        bytes.Length.ShouldBeGreaterThan(from, $"the closed file holds {what}");
        for (var i = from; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x5A;
        }

        File.WriteAllBytes(path, bytes);
    }
}

using System.Diagnostics;
using Grpc.Core;
using Dapr.Protocol;
using Serverless.Faults.Tests.Invariants;
using Serverless.Faults.Tests.Load;
using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests;

/// <summary>A small disk that fills up while work goes on.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_named_loses_nothing_that_was_acknowledged_and_work_goes_on_once_there_is_space()
    {
        Assert.SkipUnless(SmallDisk.IsPossible, "Only root can mount a small disk.");
        using var disk = new SmallDisk(megabytes: 24);
        await using var rig = await Rig.StartAsync(stateFile: disk["state.db"]);
        var before = new Everything(rig, "before");
        await before.RunAsync();

        disk.Fill();
        var error = await FirstRefusalAsync(rig);
        error.Status.Detail.ShouldContain(disk["state.db"]);
        error.Status.Detail.ShouldContain("disk is full");
        var acknowledged = await TurnsUntilRefusalAsync(rig);

        var during = new Everything(rig, "during");
        var running = during.RunAsync();
        disk.Free();

        await running;
        await before.VerifyAsync();
        await during.VerifyAsync();
        (await rig.Actors.ReadAsync("full")).Turns.ShouldBe(acknowledged, "a turn that was acknowledged is stored, and one that was refused is not");
        rig.Sidecar.ExitCodes.ShouldBeEmpty("a full disk is no reason to end");
        rig.App.ExitCodes.ShouldBeEmpty();
        using var state = rig.OpenState();
        StateFile.ShouldBeSound(state);
    }

    /// <summary>Fills what is left of the log's last page or two with starts, until one is refused.</summary>
    private static Task<RpcException> FirstRefusalAsync(Rig rig)
    {
        var started = 0;
        return Patience.ForAsync(
            async () =>
            {
                try
                {
                    await rig.Workflows.Raw.StartInstanceAsync(new CreateInstanceRequest
                    {
                        InstanceId = $"filler-{started++}", Name = "ErrandWorkflow", Input = "{\"width\":1}", ScheduledStartTimestamp = new() { Seconds = 32_000_000_000 },
                    });
                    return null;
                }
                catch (RpcException refusal)
                {
                    return refusal;
                }
            },
            () => $"a full disk refuses a start; {started} were accepted.\n{rig.Text}");
    }

    /// <summary>A turn may still fit where a start did not; sooner or later one is refused. Gives those that were acknowledged.</summary>
    private static async Task<int> TurnsUntilRefusalAsync(Rig rig)
    {
        var acknowledged = 0;
        await Patience.UntilAsync(
            async () =>
            {
                using var answer = await rig.Actors.TryAsync("full", "AddAsync");
                acknowledged += answer.IsSuccessStatusCode ? 1 : 0;
                return !answer.IsSuccessStatusCode;
            },
            () => $"a full disk refuses a turn; {acknowledged} were acknowledged.\n{rig.Text}");
        return acknowledged;
    }

    /// <summary>A tmpfs of a given size.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public SmallDisk(int megabytes) => Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _folder.Path);

        /// <summary>Root may be forbidden to mount, as it is in most containers: tried once.</summary>
        public static bool IsPossible { get; } = Environment.IsPrivilegedProcess && CanMount();

        public string this[string name] => _folder[name];

        /// <summary>Takes all the space that is left.</summary>
        public void Fill()
        {
            using var file = new FileStream(this["filler"], new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 });
            try
            {
                for (var block = new byte[4096]; ; )
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // Full, as intended.
            }
        }

        public void Free() => File.Delete(this["filler"]);

        public void Dispose()
        {
            Run("umount", "-l", _folder.Path);
            _folder.Dispose();
        }

        private static bool CanMount()
        {
            try
            {
                new SmallDisk(megabytes: 1).Dispose();
                return true;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }

        private static void Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
            }
        }
    }
}

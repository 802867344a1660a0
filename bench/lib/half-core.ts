/** Another process that takes half of one core, 5 ms on and 5 ms off; where the system can pin it, always of the last one. */
import { spawn } from "node:child_process";
import { availableParallelism, platform } from "node:os";

export interface Neighbour {
  /** Begins to take its half, or stops. */
  work(isOn: boolean): void;
  end(): void;
}

const SCRIPT = `
  const tick = () => {
    const end = performance.now() + 5;
    while (performance.now() < end);
    setTimeout(tick, 5);
  };
  tick();
`;

export function startNeighbour(): Neighbour {
  const node = [process.execPath, "-e", SCRIPT] as const;
  const command = platform() === "linux" ? ["taskset", "-c", `${availableParallelism() - 1}`, ...node] : node;
  const child = spawn(command[0]!, command.slice(1), { stdio: "ignore" });
  child.kill("SIGSTOP");
  return {
    work: (isOn) => void child.kill(isOn ? "SIGCONT" : "SIGSTOP"),
    end: () => void child.kill("SIGKILL"),
  };
}
